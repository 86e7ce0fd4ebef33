import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSudokuTask } from '../../tasks/sudoku/sudoku.ts'
import type { ModelConfig } from '../../weights/config.ts'
import { readEvalRows } from './rows.ts'

const QUESTION = '..3.2.6..9..3.5..1..18.64....81.29..7.......8..67.82....26.95..8..2.3..9..5.1.3..'
const ANSWER = '483921657967345821251876493548132976729564138136798245372689514814253769695417382'
const SWAPPED = `84${ANSWER.slice(2)}`

const task = createSudokuTask({
  token_kind: 'candidates',
  lists: [],
  task: { name: 'sudoku', kind: 'sudoku', rows: 9, cols: 9, box_rows: 3, box_cols: 3, symbols: [] },
} as unknown as ModelConfig)
let folder: string
let path: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hrm-rows-'))
  path = join(folder, 'data.csv')
})
afterAll(() => rm(folder, { recursive: true }))

describe('readEvalRows', () => {
  test.each([
    ['columns in any order, others beside them', `id,answer,question\n1,${ANSWER},${QUESTION}\n`],
    ['other names', `Puzzle,Solution\n${QUESTION},${ANSWER}\n`],
    ['quotes and zeros', `question,answer\n"${QUESTION.replaceAll('.', '0')}","${ANSWER}"`],
  ])('reads %s', async (_, text) => {
    await writeFile(path, text)
    const rows = await readEvalRows(path, task)
    expect(rows).toEqual([{ question: expect.any(String), answer: ANSWER }])
  })

  test('reads gzip, and no further than the limit', async () => {
    await writeFile(path, gzipSync(`question,answer\n${QUESTION},${ANSWER}\n${QUESTION},${ANSWER}\nrubbish\n`))
    expect(await readEvalRows(path, task, 2)).toHaveLength(2)
    await expect(readEvalRows(path, task)).rejects.toThrow('line 4: 1 fields, the header has 2')
  })

  test.each([
    ['', 'holds no puzzle'],
    ['question,answer\n', 'holds no puzzle'],
    ['question,rating\n', 'line 1: no column named answer or solution'],
    ['answer\n', 'line 1: no column named question or puzzle or board'],
    ['question;answer\n', 'line 1: no column named question or puzzle or board; columns are separated by commas'],
    [
      `question,answer,Puzzle\n${QUESTION},${ANSWER},${QUESTION}\n`,
      'line 1: 2 columns where one of question, puzzle, board is read: question, Puzzle',
    ],
    ['question,answer,answer\n', 'line 1: 2 columns where one of answer, solution is read: answer, answer'],
    [`question,answer\n${QUESTION.slice(1)},${ANSWER}\n`, 'line 2: question: a Sudoku has'],
    [`question,answer\nx${QUESTION.slice(1)},${ANSWER}\n`, 'line 2: question: "x" at row 1, column 1'],
    [`question,answer\n22${QUESTION.slice(2)},${ANSWER}\n`, 'line 2: question: 2 stands twice'],
    [`question,answer\n${QUESTION},${ANSWER.slice(1)}\n`, 'line 2: answer: a Sudoku has'],
    [`question,answer\n${QUESTION},${QUESTION}\n`, 'line 2: the answer has blank cells'],
    [`question,answer\n${QUESTION},1234341221434321\n`, 'line 2: question and answer differ in size'],
    [`question,answer\n${QUESTION},${SWAPPED}\n`, 'line 2: answer: '],
    [
      `question,answer\n4${QUESTION.slice(1)},${ANSWER}\n5${QUESTION.slice(1)},${ANSWER}\n`,
      'line 3: the answer does not solve the question',
    ],
  ])('refuses %j', async (text, message) => {
    await writeFile(path, text)
    const failure = readEvalRows(path, task)
    await expect(failure).rejects.toMatchObject({ code: 'data_invalid' })
    await expect(failure).rejects.toThrow(message)
  })

  test('refuses an answer that obeys the rules but not the givens', async () => {
    const relabelled = [...ANSWER].map((d) => String((Number(d) % 9) + 1)).join('')
    await writeFile(path, `question,answer\n${QUESTION},${relabelled}\n`)
    await expect(readEvalRows(path, task)).rejects.toThrow('line 2: the answer does not solve the question')
  })
})

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { obeysSudokuRules } from '../../src/cli/eval/sudoku-rules.ts'
import { AMBIGUOUS, EASY, IMPOSSIBLE } from './boards.ts'
import { documentOf, hrm, startHrm } from './hrm.ts'

const SHAPE = { rows: 9, cols: 9, boxRows: 3, boxCols: 3 }
const RESULT_KEYS = ['task', 'status', 'solution', 'steps', 'attempts', 'verified', 'model']
const [{ question, answer }] = EASY
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hrm-cli-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}

describe('one board', () => {
  test('--json prints one document with exactly the promised keys, and nothing on stderr', async () => {
    const run = await hrm(['solve', 'sudoku', question, '--json'])
    expect(run).toMatchObject({ code: 0, stderr: '' })
    const result = documentOf(run)
    expect(Object.keys(result)).toEqual(RESULT_KEYS)
    expect(result).toMatchObject({ task: 'sudoku', status: 'solved', solution: answer, verified: true })
    expect(result.steps).toBeGreaterThanOrEqual(1)
  })

  test('draws the solved grid for people', async () => {
    const { code, stdout } = await hrm(['solve', 'sudoku', question])
    expect(code).toBe(0)
    expect(stdout.split('\n')[0].endsWith('1 5 8 | 7 2 3 | 4 6 9')).toBe(true)
    expect(stdout).toMatch(/solved in \d+ steps?, 1 attempt, verified/)
  })

  test('zeros are blanks too, and white space is left out', async () => {
    const spaced = question.replaceAll('.', '0').replace(/.{9}/g, '$& ')
    const run = await hrm(['solve', 'sudoku', spaced, '--json'])
    expect(documentOf(run).solution).toBe(answer)
  })

  test('a board without a solution ends unsolved, exit 1, with the whole budget spent', async () => {
    const run = await hrm(['solve', 'sudoku', IMPOSSIBLE, '--max-steps', '20', '--json'])
    expect(run.code).toBe(1)
    expect(documentOf(run)).toMatchObject({ status: 'unsolved', solution: null, steps: 20, verified: false })
    expect((await hrm(['solve', 'sudoku', IMPOSSIBLE, '--max-steps', '1'])).stdout).toContain('unsolved after 1 step')
  })

  test('a board with many solutions gets one that obeys the rules, or none', async () => {
    const run = await hrm(['solve', 'sudoku', AMBIGUOUS, '--json'])
    const { status, solution } = documentOf(run)
    expect(run.code).toBe(status === 'solved' ? 0 : 1)
    expect(solution === null || obeysSudokuRules(AMBIGUOUS, solution, SHAPE)).toBe(true)
    expect(solution === null).toBe(status === 'unsolved')
  })

  test('the same seed gives the same bytes, and both engines agree', async () => {
    const args = ['solve', 'sudoku', IMPOSSIBLE, '--max-steps', '40', '--seed', '7', '--json']
    const first = await hrm(args)
    expect(await hrm(args)).toEqual(first)
    const small = ['solve', 'sudoku', '12..34..21..43..', '--max-steps', '8', '--json', '--backend']
    expect(await hrm([...small, 'reference'])).toEqual(await hrm([...small, 'wasm']))
  })

  test('without a board it takes a sample and says so', async () => {
    const run = await hrm(['solve', 'sudoku', '--json'])
    expect(run.code).toBe(0)
    expect(run.stderr).toContain('No board given')
    expect(run.stderr).toContain('Sudoku-Extreme')
    expect(documentOf(run).status).toBe('solved')
  })
})

describe('several boards', () => {
  const lines = EASY.map((e) => e.question)
  const answers = EASY.map((e) => e.answer)

  test.each([
    ['lines', `${lines.join('\n')}\n`],
    ['gzip', gzipSync(`puzzle,x\n${lines.join(',1\n')},1\n`)],
  ])('from standard input: %s', async (_, input) => {
    const run = await hrm(['solve', 'sudoku', '-', '--json'], input)
    expect(run.code).toBe(0)
    expect(documentOf(run).map((r: { solution: string }) => r.solution)).toEqual(answers)
  })

  test.each([
    ['lines', lines.join('\r\n')],
    ['csv', `id,question\n${lines.map((l, i) => `${i},"${l}"`).join('\n')}\n`],
    ['gzip', gzipSync(`puzzle,x\n${lines.join(',1\n')},1\n`)],
  ])('from a file: %s', async (name, content) => {
    const run = await hrm(['solve', 'sudoku', '--json', '--file', await file(name, content)])
    expect(run.code).toBe(0)
    expect(documentOf(run).map((r: { solution: string }) => r.solution)).toEqual(answers)
  })

  test('nine lines of nine are one board, and one board is no array', async () => {
    const run = await hrm(['solve', 'sudoku', '-', '--json'], question.replace(/.{9}/g, '$&\n'))
    expect(documentOf(run).solution).toBe(answer)
  })

  test('mazes drawn row by row, an empty line between them; one alone is no array', async () => {
    const corner = 'S  \n## \n  G\n'
    const run = await hrm(['solve', 'maze', '-', '--json'], `${corner}\nS # \r\n  # \r\n   G\r\n`)
    expect(documentOf(run)).toMatchObject([
      { status: 'solved', solution: 'Soo##o  G', verified: true },
      { status: 'solved', solution: 'S # o # oooG', verified: true },
    ])
    expect(run.code).toBe(0)
    const alone = await hrm(['solve', 'maze', '--file', await file('maze', corner)])
    expect(alone.stdout.split('\n').slice(0, 3)).toEqual(['  S       Soo', '  ##      ##o', '    G       G'])
    const cut = await hrm(['solve', 'maze', '-', '--json'], corner.replaceAll(/ +\n/g, '\n'))
    expect(documentOf(cut).error).toMatchObject({ code: 'board_length' })
    expect(cut.code).toBe(2)
  })

  test('a sample maze of 30 x 30, a hundred moves and more away', async () => {
    const run = await hrm(['solve', 'maze', '--json'])
    expect(documentOf(run)).toMatchObject({ status: 'solved', verified: true })
    expect(documentOf(run).solution.split('o').length).toBeGreaterThan(108)
    expect(run.stderr).toContain('No board given')
  })

  test('one that cannot be solved makes the exit code 1', async () => {
    const run = await hrm(['solve', 'sudoku', '-', '--max-steps', '16'], `${question}\n${IMPOSSIBLE}\n`)
    expect(run.code).toBe(1)
    expect(run.stdout).toContain(answer)
    expect(run.stdout).toContain('1 of 2 solved')
  })

  test('each is printed as soon as it is solved, and an interrupt says how many were: exit 130', async () => {
    const path = await file('endless', `${lines.slice(0, 2).join('\n')}\n${IMPOSSIBLE}\n${question}\n`)
    const child = startHrm(['solve', 'sudoku', '--file', path, '--max-steps', '1000000'])
    const said = { stdout: '', stderr: '' }
    child.stderr!.setEncoding('utf8').on('data', (text) => {
      said.stderr += text
    })
    child.stdout!.setEncoding('utf8').on('data', (text) => {
      said.stdout += text
      if (said.stdout.split('\n').length === 3) child.kill('SIGINT')
    })
    const code = await new Promise((resolve) => child.on('close', resolve))
    expect(said.stdout.split('\n').map((line) => line.slice(0, 81))).toEqual([...answers.slice(0, 2), ''])
    expect(said.stderr).toMatch(/Interrupted after 2 of 4 boards: 2 solved\n$/)
    expect(code).toBe(130)
  })

  test('a reader that closes the pipe ends the work, and is no fault', async () => {
    // The last board would be solved without end, for nobody.
    const path = await file('many', `${lines.slice(0, 2).join('\n')}\n${IMPOSSIBLE}\n`)
    const child = startHrm(['solve', 'sudoku', '--file', path, '--max-steps', '1000000'])
    child.stdout!.destroy()
    let stderr = ''
    child.stderr!.setEncoding('utf8').on('data', (text) => {
      stderr += text
    })
    const code = await new Promise((resolve) => child.on('close', resolve))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })
})

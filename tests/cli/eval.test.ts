import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EASY } from './boards.ts'
import { documentOf, hrm, SMALL_WEIGHTS } from './hrm.ts'

const KEYS = [
  'task',
  'n',
  'solved',
  'wrong',
  'unsolved',
  'raw_exact',
  'raw_valid',
  'mean_steps',
  'p50_steps',
  'p99_steps',
  'seconds',
  'max_steps',
  'model',
]
/** A board that the model alone is not expected to know in one step. */
const HARD = '8..........36......7..9.2...5...7.......457.....1...3...1....68..85...1..9....4..'
const HARD_ANSWER = '812753649943682175675491283154237896369845721287169534521974368438526917796318452'
const csv = (rows: readonly { question: string; answer: string }[]) =>
  `source,question,answer\n${rows.map((r) => `x,${r.question},${r.answer}`).join('\n')}\n`
let folder: string
let data: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hrm-eval-'))
  data = join(folder, 'data.csv')
})
afterAll(() => rm(folder, { recursive: true }))

const evaluate = (...args: string[]) => hrm(['eval', 'sudoku', '--data', data, '--json', ...args])

describe('hrm eval', () => {
  test('reports exactly the promised keys, and exits 0 when all are solved', async () => {
    await writeFile(data, gzipSync(csv(EASY)))
    const run = await evaluate()
    expect(run.code).toBe(0)
    const report = documentOf(run)
    expect(Object.keys(report)).toEqual(KEYS)
    expect(report).toMatchObject({ task: 'sudoku', n: EASY.length, solved: 1, wrong: 0, unsolved: 0, max_steps: 256 })
    expect(report.raw_exact).toBe(1)
    expect(report.p50_steps).toBeLessThanOrEqual(report.p99_steps)
    expect(report.seconds).toBeGreaterThan(0)
  })

  test('--details adds how the share solved grows, and the halting head', async () => {
    await writeFile(data, csv(EASY))
    const report = documentOf(await evaluate('--details', '--max-steps', '40'))
    expect(Object.keys(report)).toEqual([...KEYS, 'details'])
    expect(report.details.solved_within.map(({ steps }: { steps: number }) => steps)).toEqual([1, 2, 4, 8, 16, 32, 40])
    expect(report.details.solved_within.at(-1)).toEqual({ steps: 40, solved: 1 })
    expect(report.details.halting).toEqual({ precision: 1, recall: expect.any(Number) })
  })

  test('counts what is not solved within the steps, and exits 1; raw_exact does not depend on them', async () => {
    await writeFile(data, csv([...EASY, { question: HARD, answer: HARD_ANSWER }]))
    const run = await evaluate('--max-steps', '1', '--threads', '1')
    expect(run.code).toBe(1)
    const report = documentOf(run)
    expect(report).toMatchObject({ n: EASY.length + 1, wrong: 0, mean_steps: 1, p99_steps: 1, max_steps: 1 })
    expect(report.unsolved).toBeGreaterThanOrEqual(1)
    expect(report.solved).toBeCloseTo(1 - report.unsolved / report.n, 12)
    expect(report.raw_exact).toBeGreaterThanOrEqual(EASY.length / report.n)
  })

  test('gives the same on one thread and on two, which get more than one part of the rows each', async () => {
    await writeFile(data, csv([...EASY, ...EASY, ...EASY, ...EASY]))
    const quick = ['--weights', SMALL_WEIGHTS]
    const { seconds: _, ...one } = documentOf(await evaluate(...quick, '--threads', '1'))
    const { seconds: __, ...two } = documentOf(await evaluate(...quick, '--threads', '2'))
    expect(two).toEqual(one)
  })

  test.skipIf(process.platform === 'win32')('reads the weights once, so they may come through a pipe', async () => {
    await writeFile(data, csv([...EASY, ...EASY]))
    const pipe = join(folder, 'weights')
    execFileSync('mkfifo', [pipe])
    const evaluated = evaluate('--weights', pipe, '--threads', '2')
    await writeFile(pipe, await readFile(SMALL_WEIGHTS))
    const run = await evaluated
    expect({ code: run.code, report: documentOf(run) }).toMatchObject({ code: 0, report: { n: 2 * EASY.length } })
  })

  test('--limit reads no further, and people get lines', async () => {
    await writeFile(data, `${csv(EASY)}rubbish\n`)
    const run = await hrm(['eval', 'sudoku', '--data', data, '--limit', '2'])
    expect(run.code).toBe(0)
    expect(run.stdout).toMatch(/^sudoku, 2 boards, /)
    expect(run.stdout).toContain('solved     100.00%   (unsolved 0, wrong 0)')
  })

  test('of mazes, drawn or in one line, takes any of the shortest ways', async () => {
    // Of the second maze's two ways the answer has one.
    await writeFile(data, 'question,answer\n"S  \n## \n  G",Soo##o  G\nS   #   G,Soo #o  G\n')
    const report = documentOf(await hrm(['eval', 'maze', '--data', data, '--json']))
    expect(Object.keys(report)).toEqual(KEYS)
    expect(report).toMatchObject({ task: 'maze', n: 2, wrong: 0 })
    expect(report.raw_valid).toBeGreaterThanOrEqual(report.raw_exact)
  })

  test.each([
    ['a bad board', 'source,question,answer\nx,1,2\n', 'line 2: question: a Sudoku has'],
    ['a short row', `${csv(EASY)}rubbish\n`, `line ${EASY.length + 2}: 1 fields`],
    [
      'a wrong answer',
      csv(EASY).replace(EASY[1].answer, EASY[2].answer),
      'line 3: the answer does not solve the question',
    ],
    ['an open quote', 'question,answer\n"', 'never closed'],
    ['an empty file', '', 'holds no puzzle'],
  ])('refuses %s before anything is solved', async (_, text, message) => {
    await writeFile(data, text)
    const run = await evaluate()
    expect(run.code).toBe(2)
    expect(documentOf(run).error).toMatchObject({ code: 'data_invalid', cells: [] })
    expect(documentOf(run).error.message).toContain(message)
  })

  test('a missing file', async () => {
    const run = await hrm(['eval', 'sudoku', '--data', join(folder, 'missing'), '--json'])
    expect({ code: run.code, error: documentOf(run).error.code }).toEqual({ code: 2, error: 'usage' })
  })
})

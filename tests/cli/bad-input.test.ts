import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EASY } from './boards.ts'
import { documentOf, hrm, type Run } from './hrm.ts'

const { question } = EASY[0]
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hrm-bad-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** Bad input: exit 2, the message on stderr in one line, one error document on stdout. */
function expectRefused(run: Run, code: string, message: string | RegExp) {
  expect(run.code).toBe(2)
  const { error } = documentOf(run)
  expect(Object.keys(error)).toEqual(['code', 'message', 'cells'])
  expect(error.code).toBe(code)
  expect(error.message).toMatch(message)
  expect(run.stderr).toBe(`hrm: ${error.message} [${code}]\n`)
  return error
}

describe('boards', () => {
  test.each([
    ['empty', '', 'board_length', 'this board 0'],
    ['one cell short', question.slice(1), 'board_length', 'this board 80'],
    ['one cell long', `${question}.`, 'board_length', 'this board 82'],
    ['no Sudoku at all', 'hello', 'board_length', 'this board 5'],
    ['huge', '.'.repeat(100_000), 'board_length', 'this board 100000'],
  ])('wrong length: %s', async (_, board, code, message) => {
    expectRefused(await hrm(['solve', 'sudoku', '--json', '--', board]), code, message)
  })

  test.each(['x', 'A', '*', 'é', '٣'])('bad symbol %s, with its cell', async (symbol) => {
    const board = question.slice(0, 10) + symbol + question.slice(11)
    const error = expectRefused(await hrm(['solve', 'sudoku', board, '--json']), 'board_symbol', 'row 2, column 2')
    expect(error.cells).toEqual([{ index: 10, row: 1, column: 1 }])
  })

  test.each([
    ['row', `1.......1${'.'.repeat(72)}`, [0, 8]],
    ['column', `1${'.'.repeat(71)}1........`, [0, 72]],
    ['box', `1.........1${'.'.repeat(70)}`, [0, 10]],
  ])('givens that contradict each other in a %s, with both cells', async (_, board, cells) => {
    const error = expectRefused(await hrm(['solve', 'sudoku', board, '--json']), 'board_conflict', /row 1, column 1/)
    expect(error.cells.map((cell: { index: number }) => cell.index)).toEqual(cells)
  })

  test('one bad board among many names its line, and nothing is solved', async () => {
    const input = `${question}\n\n${question.slice(1)}\n${question}\n`
    expectRefused(await hrm(['solve', 'sudoku', '-', '--json'], input), 'board_length', /^line 3: /)
  })

  test('without --json stdout stays empty', async () => {
    const run = await hrm(['solve', 'sudoku', '11'])
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run.stderr).toMatch(/^hrm: a Sudoku has .* \[board_length\]\n$/)
  })
})

describe('where boards come from', () => {
  test('empty standard input', async () => {
    expectRefused(await hrm(['solve', 'sudoku', '-', '--json']), 'data_invalid', 'standard input holds no board')
    expectRefused(await hrm(['solve', 'sudoku', '-', '--json'], ' \n\n'), 'data_invalid', 'holds no board')
  })

  test('standard input that is not text', async () => {
    const bytes = Uint8Array.of(0xff, 0xfe, 0x00, 0x31)
    expectRefused(await hrm(['solve', 'sudoku', '-', '--json'], bytes), 'data_invalid', 'not UTF-8')
    const gzip = Uint8Array.of(0x1f, 0x8b, 8, 0, 1, 2, 3)
    expectRefused(await hrm(['solve', 'sudoku', '-', '--json'], gzip), 'data_invalid', 'standard input: damaged gzip')
  })

  test('a file that is missing, a folder, an empty one, one without the column, damaged gzip', async () => {
    const solve = (file: string) => hrm(['solve', 'sudoku', '--json', '--file', file])
    const path = join(folder, 'boards')
    expectRefused(await solve(path), 'usage', /cannot open .*boards.*ENOENT/)
    expectRefused(await solve(folder), 'usage', 'EISDIR')
    await writeFile(path, '')
    expectRefused(await solve(path), 'data_invalid', 'holds no board')
    await writeFile(path, 'a,b\n1,2\n')
    expectRefused(await solve(path), 'data_invalid', 'line 1: no column named')
    await writeFile(path, Uint8Array.of(0x1f, 0x8b, 8, 0, 1, 2, 3))
    expectRefused(await solve(path), 'data_invalid', 'damaged gzip')
  })
})

describe('usage', () => {
  test.each([
    [['solve', 'chess', question, '--json'], 'task_unknown', 'chess'],
    [['solve', 'chess', '--json'], 'task_unknown', 'chess'],
    [['eval', '', '--data', 'x', '--json'], 'task_unknown', '""'],
    [['solve', '--json'], 'usage', "missing required argument 'task'"],
    [['solve', 'sudoku', question, question, '--json'], 'usage', 'too many arguments'],
    [['solve', 'sudoku', question, '--file', 'x', '--json'], 'usage', 'not both'],
    [['solve', 'sudoku', question, '--json', '--fast'], 'usage', "unknown option '--fast'"],
    [['solve', 'sudoku', question, '--json', '--seed'], 'usage', 'argument missing'],
    [['solve', 'sudoku', question, '--json', '--max-steps', '0'], 'usage', 'from 1 to 1000000'],
    [['solve', 'sudoku', question, '--json', '--max-steps', '1e3'], 'usage', 'from 1 to 1000000'],
    [['solve', 'sudoku', question, '--json', '--max-steps', '1000001'], 'usage', 'from 1 to 1000000'],
    [['solve', 'sudoku', question, '--json', '--max-steps=-5'], 'usage', 'from 1 to 1000000'],
    [['solve', 'sudoku', question, '--json', '--seed', '1.5'], 'usage', 'from 0 to'],
    [['solve', 'sudoku', question, '--json', '--seed', '9007199254740992'], 'usage', 'from 0 to'],
    [['solve', 'sudoku', question, '--json', '--backend', 'cuda'], 'usage', 'wasm, webgpu, reference'],
    [['eval', 'sudoku', '--json'], 'usage', "required option '--data"],
    [['inspect', '--json'], 'usage', "missing required argument 'weights'"],
    [['bench', '--json', 'x'], 'usage', 'too many arguments'],
    [['train', '--json'], 'usage', "unknown command 'train'"],
  ])('%j', async (args, code, message) => {
    expectRefused(await hrm(args), code, message)
  })

  test('a port that is none', async () => {
    expect(await hrm(['serve', '--port', '65536'])).toMatchObject({ code: 2, stdout: '' })
  })

  test('no command shows the help on stderr and exits 2; asked for, it goes to stdout and exits 0', async () => {
    const none = await hrm([])
    expect(none).toMatchObject({ code: 2, stdout: '' })
    expect(none.stderr).toContain('Usage: hrm')
    const help = await hrm(['solve', '--help'])
    expect(help).toMatchObject({ code: 0, stderr: '' })
    expect(help.stdout).toContain('--max-steps')
    expect((await hrm(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})

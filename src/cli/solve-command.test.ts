import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { createProgram } from './program.ts'
import { solveCommand } from './solve-command.ts'

afterEach(() => vi.restoreAllMocks())

function printed(): string[] {
  const texts: string[] = []
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => texts.push(String(text)) > 0)
  return texts
}

test('a byte order mark before a board that is an argument is dropped, as from a file', async () => {
  const texts = printed()
  expect(await solveCommand('maze', '\ufeffS.#\n..#\n..G', { maxSteps: 64, seed: 0 })).toBe(0)
  expect(texts.join('')).toMatch(/^ {2}S #/)
})

test('what is printed of a Sudoku can be given back', async () => {
  const texts = printed()
  const solve = (board: string) => solveCommand('sudoku', board, { maxSteps: 64, seed: 0 })
  expect(await solve('12..34..21..43..')).toBe(0)
  const lines = texts.join('').split('\n')
  const asked = lines.slice(0, 5).map((line) => line.slice(0, 11))
  expect(asked[0]).toBe('  1 2 | . .')
  expect(await solve(asked.join('\n'))).toBe(0)
  expect(
    texts
      .join('')
      .split('\n')
      .slice(lines.length - 1, -2),
  ).toEqual(lines.slice(0, -2))
})

test('the lines of a file are rows of a drawing where the weights are for mazes, boards of their own elsewhere', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hrm-solve-'))
  const file = join(folder, 'boards')
  await writeFile(file, 'S #\n##x\n  G\n')
  const solve = (task: string) => solveCommand(task, undefined, { file, maxSteps: 1, seed: 0 })
  await expect(solve('maze')).rejects.toThrow('line 2: "x" at row 2, column 3')
  await expect(solve('sudoku')).rejects.toThrow('line 1: a Sudoku has')
  await rm(folder, { recursive: true })
})

test('the help of --file tells of mazes that are drawn', () => {
  const solve = createProgram(() => {}).commands.find((command) => command.name() === 'solve')!
  expect(solve.helpInformation().replace(/\s+/g, ' ')).toContain('mazes also drawn, an empty line between them')
})

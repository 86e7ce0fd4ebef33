import { expect, test } from 'vitest'
import { createProgram } from './program.ts'

test.each(['--host', '--jobs'])('serve refuses an empty %s', async (option) => {
  // weights that cannot be read, so that nothing is served where the option is taken
  const args = ['serve', option, '', '--port', '0', '--weights', '/dev/null/none']
  await expect(createProgram(() => {}).parseAsync(args, { from: 'user' })).rejects.toThrow(`option '${option} `)
})

test.each([
  ['solve', 'sudoku', '--file', ''],
  ['solve', 'sudoku', '--weights', ''],
  ['eval', 'sudoku', '--data', ''],
  ['inspect', ''],
])('refuses what is empty, as an unset variable is: %s %s %s', async (...args) => {
  await expect(createProgram(() => {}).parseAsync(args, { from: 'user' })).rejects.toThrow('It must not be empty.')
})

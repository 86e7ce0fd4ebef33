import { expect, test } from 'vitest'
import { Undo } from './undo.ts'

test('takes changes back, newest first', () => {
  const undo = new Undo<string>()
  undo.keep('a', 'typing')
  undo.keep('b', 'Clear')
  expect(undo.takeBack('c')).toEqual({ puzzle: 'b', change: 'Clear' })
  expect(undo.takeBack('b')).toEqual({ puzzle: 'a', change: 'typing' })
  expect(undo.takeBack('a')).toBeUndefined()
})

test('makes again what was taken back, and takes it back again', () => {
  const undo = new Undo<string>()
  expect(undo.doAgain('a')).toBeUndefined()
  undo.keep('a', 'typing')
  undo.keep('b', 'Clear')
  for (let round = 0; round < 3; round++) {
    undo.takeBack('c')
    undo.takeBack('b')
    expect(undo.doAgain('a')).toEqual({ puzzle: 'b', change: 'typing' })
    expect(undo.doAgain('b')).toEqual({ puzzle: 'c', change: 'Clear' })
    expect(undo.doAgain('c')).toBeUndefined()
  }
})

test('another change ends what could be made again', () => {
  const undo = new Undo<string>()
  undo.keep('a', 'typing')
  undo.keep('b', 'Clear')
  undo.takeBack('c')
  undo.keep('b', 'a sample')
  expect(undo.doAgain('d')).toBeUndefined()
  expect(undo.takeBack('d')).toEqual({ puzzle: 'b', change: 'a sample' })
})

test('a stroke that changes many cells is one change', () => {
  const undo = new Undo<object>()
  const before = {}
  undo.keep({}, 'Clear')
  for (let cell = 0; cell < 5; cell++) undo.keep(before, 'a stroke')
  expect(undo.takeBack({})).toEqual({ puzzle: before, change: 'a stroke' })
  expect(undo.takeBack(before)?.change).toBe('Clear')
})

test('keeps the last 100', () => {
  const undo = new Undo<number>()
  for (let puzzle = 0; puzzle < 150; puzzle++) undo.keep(puzzle, 'typing')
  const puzzles = Array.from({ length: 100 }, (_, i) => undo.takeBack(150 - i)!.puzzle)
  expect(puzzles).toEqual(Array.from({ length: 100 }, (_, i) => 149 - i))
  expect(undo.takeBack(50)).toBeUndefined()
})

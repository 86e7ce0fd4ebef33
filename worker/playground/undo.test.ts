import { expect, test } from 'vitest'
import { Undo } from './undo.ts'

test('takes changes back, newest first', () => {
  const undo = new Undo<string>()
  undo.keep('a', 'typing')
  undo.keep('b', 'Clear')
  expect(undo.takeBack()).toEqual({ puzzle: 'b', change: 'Clear' })
  expect(undo.takeBack()).toEqual({ puzzle: 'a', change: 'typing' })
  expect(undo.takeBack()).toBeUndefined()
})

test('a stroke that changes many cells is one change', () => {
  const undo = new Undo<object>()
  const before = {}
  undo.keep({}, 'Clear')
  for (let cell = 0; cell < 5; cell++) undo.keep(before, 'a stroke')
  expect(undo.takeBack()).toEqual({ puzzle: before, change: 'a stroke' })
  expect(undo.takeBack()?.change).toBe('Clear')
})

test('keeps the last 100', () => {
  const undo = new Undo<number>()
  for (let puzzle = 0; puzzle < 150; puzzle++) undo.keep(puzzle, 'typing')
  const puzzles = Array.from({ length: 100 }, () => undo.takeBack()!.puzzle)
  expect(puzzles).toEqual(Array.from({ length: 100 }, (_, i) => 149 - i))
  expect(undo.takeBack()).toBeUndefined()
})

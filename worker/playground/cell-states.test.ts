import { expect, test } from 'vitest'
import type { SolveStep } from '../../src/solve/types.ts'
import { cellStates, openCells } from './cell-states.ts'
import { EMPTY_BOARD, withCell } from './cells.ts'

const GIVENS = withCell(EMPTY_BOARD, 0, '7')
const NONE: ReadonlySet<number> = new Set()

/** A step that read 7, 1, 7 and then nothing but 2s; cells 1 and 2 changed. */
const step = (fields: Partial<SolveStep> = {}) =>
  ({
    step: 2,
    board: `717${'2'.repeat(78)}`,
    confidence: [1, 0.25, 0.5, ...new Array(78).fill(0.9)],
    candidates: ['7', '12', '7', ...new Array(78).fill('2')],
    changed: [1, 2],
    ...fields,
  }) as SolveStep

test('a puzzle shows its givens and nothing else', () => {
  const states = cellStates(GIVENS, undefined, NONE)
  expect(states[0]).toEqual({ digit: '7', kind: 'given', conflict: false })
  expect(states[1]).toEqual({ digit: '', kind: 'empty', conflict: false })
})

test('a step shows the digits of the model with what it believes, and never replaces a given', () => {
  const states = cellStates(GIVENS, step({ board: `117${'2'.repeat(78)}`, guesses: [{ cell: 1, symbol: '1' }] }), NONE)
  expect(states[0]).toMatchObject({ digit: '7', kind: 'given' })
  expect(states[1]).toMatchObject({ digit: '1', kind: 'model', confidence: 0.25, changed: true, guess: true })
  expect(states[3]).toMatchObject({ digit: '2', changed: false, guess: false })
})

test('candidates are shown on demand, where there are several', () => {
  expect(cellStates(GIVENS, step(), NONE, true).map(({ candidates }) => candidates)).toEqual([
    undefined,
    '12',
    ...new Array(79).fill(undefined),
  ])
  const clash = step({ board: `77${'2'.repeat(79)}` })
  expect(cellStates(GIVENS, clash, NONE, true)[1].conflict).toBe(false)
  expect(cellStates(GIVENS, clash, NONE)[1].conflict).toBe(true)
  expect(cellStates(GIVENS, step(), NONE).some(({ candidates }) => candidates !== undefined)).toBe(false)
})

test('digits that clash are marked, in a given and in the model’s', () => {
  const states = cellStates(GIVENS, step(), NONE)
  expect([states[0].conflict, states[1].conflict, states[2].conflict]).toEqual([true, false, true])
})

test('cells that an error blames are marked', () => {
  expect(cellStates(GIVENS, undefined, new Set([4]))[4]).toEqual({ digit: '', kind: 'empty', conflict: true })
})

test('the first step marks nothing as changed', () => {
  expect(cellStates(GIVENS, step({ step: 1 }), NONE).some(({ changed }) => changed)).toBe(false)
})

test('the open cells are those without a given', () => {
  expect(openCells(GIVENS)).toEqual(Array.from({ length: 80 }, (_, i) => i + 1))
})

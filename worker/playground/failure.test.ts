import { expect, test } from 'vitest'
import { HrmHttpError, type Problem } from '../../src/client/index.ts'
import { HrmError } from '../../src/errors.ts'
import { failureText, headline, RELOAD, toFailure } from './failure.ts'

const CELLS = [{ index: 8, row: 0, column: 8 }]

test('keeps code, words and cells of the solver’s errors', () => {
  const failure = toFailure(new HrmError('board_conflict', 'two 7s', { cells: CELLS }))
  expect(failure).toEqual({ code: 'board_conflict', message: 'two 7s', cells: CELLS })
  expect(headline(failure)).toBe('This is no valid puzzle.')
})

test('keeps those of the service’s problems', () => {
  const problem = { code: 'board_conflict', detail: 'two 7s', cells: CELLS } as Problem
  const failure = toFailure(new HrmHttpError(undefined, { problem }))
  expect(failure).toEqual({ code: 'board_conflict', message: 'two 7s', cells: CELLS })
})

test('knows errors of another script, which has the class once more', () => {
  class HrmErrorThere extends Error {
    override readonly name = 'HrmError'
    readonly code = 'engine_failed'
    readonly cells = CELLS
  }
  expect(toFailure(new HrmErrorThere('the GPU device was lost'))).toEqual({
    code: 'engine_failed',
    message: 'the GPU device was lost',
    cells: CELLS,
  })
})

test.each([
  [new HrmError('weights_hash', 'differs'), 'The model could not be loaded.'],
  [new HrmError('engine_failed', 'gone'), 'The solver failed.'],
  [new HrmHttpError('refused', {}), 'No answer from the edge.'],
  [new HrmHttpError(undefined, { problem: { code: 'overloaded', detail: 'busy' } as Problem }), 'That did not work.'],
  [new TypeError('a bug'), 'That did not work.'],
  ['thrown text', 'That did not work.'],
])('%s: %s', (error, title) => {
  const failure = toFailure(error)
  expect(headline(failure)).toBe(title)
  expect(failure.message).not.toBe('')
})

test.each([
  [new HrmError('weights_fetch', 'maze.safetensors: 404'), true],
  [new HrmError('engine_fetch', 'relaxed.wasm: 404'), true],
  [new HrmError('engine_failed', 'the solver\u2019s worker failed: its script could not be loaded or run'), true],
  [new HrmError('engine_failed', 'the solver\u2019s worker failed: it ended without a word'), false],
  [new HrmError('weights_hash', 'differs'), false],
])('%s: advises to reload where a file is missing', (error, isAdvised) => {
  expect(failureText(error).endsWith(RELOAD)).toBe(isAdvised)
})

import { describe, expect, it } from 'vitest'
import { CANDIDATES, GRID_LISTS, OFFICIAL, SMALLEST } from '../../tests/helpers/configs.ts'
import { expectHrmError } from '../../tests/helpers/errors.ts'
import { tinyModel } from '../../tests/helpers/weights-file.ts'
import { buildGeometry, trainedShape } from '../tasks/lists.ts'
import { checkGeometry, checkSlot, checkStep, checkTokens } from './checks.ts'

describe('checkGeometry', () => {
  it('lets a model without positions run on any board of its kind', () => {
    const shape = { rows: 9, cols: 9, boxRows: 3, boxCols: 3 }
    expect(() => checkGeometry(tinyModel(CANDIDATES), buildGeometry(CANDIDATES, shape))).not.toThrow()
  })

  it('ties a model with positions to its length', () => {
    const model = tinyModel(OFFICIAL)
    expectHrmError(() => checkGeometry(model, { tokens: 81, tables: [] }), 'task_mismatch', 'positions for 16 tokens')
  })

  it('counts the lists', () => {
    const { tokens, tables } = buildGeometry(CANDIDATES, trainedShape(CANDIDATES))
    const message = 'the model has 4 attention lists, the board 3'
    expectHrmError(
      () => checkGeometry(tinyModel(CANDIDATES), { tokens, tables: tables.slice(1) }),
      'task_mismatch',
      message,
    )
  })

  it.each([
    ['short', 1, [0]],
    ['long', 1, [0, 1, 0]],
    ['pointing behind the board', 1, [0, 2]],
    ['pointing before it', 1, [0, -2]],
  ])('refuses a table that is %s', (_, width, indices) => {
    const tables = [{ width, indices: Int32Array.from(indices) }]
    expectHrmError(() => checkGeometry(tinyModel(SMALLEST), { tokens: 2, tables }), 'task_mismatch', 'does not fit')
  })

  it('refuses lists longer than the bias', () => {
    const model = tinyModel(GRID_LISTS)
    const wide = { rows: 3, cols: 13, boxRows: 1, boxCols: 1 }
    const message = 'the model has a bias for lists of 12, the board has lists of 13'
    expectHrmError(() => checkGeometry(model, buildGeometry(GRID_LISTS, wide)), 'task_mismatch', message)
  })
})

describe('checkSlot and checkStep', () => {
  it('take whole numbers below the count', () => {
    for (const slot of [0, 1]) expect(() => checkSlot(slot, 2)).not.toThrow()
    for (const slot of [-1, 2, 0.5, Number.NaN]) {
      expectHrmError(() => checkSlot(slot, 2), 'option_invalid', `slot ${slot} is not within 0..1`)
      expectHrmError(() => checkStep([0, slot], 2), 'option_invalid', `slot ${slot} is not within 0..1`)
    }
  })

  it('take each slot once', () => {
    for (const list of [[], [1], [1, 0]]) expect(() => checkStep(list, 2)).not.toThrow()
    expectHrmError(() => checkStep([1, 0, 1], 2), 'option_invalid', 'a step names a slot twice')
  })
})

describe('checkTokens', () => {
  const model = tinyModel(SMALLEST)
  const geometry = buildGeometry(SMALLEST, trainedShape(SMALLEST))
  const check = (tokens: number[], carry?: number[], puzzle = 0) =>
    checkTokens(model, geometry, Uint8Array.from(tokens), carry && Float32Array.from(carry), 4, puzzle)

  it('takes what fits', () => {
    expect(() => check([0, 1], [0, -(2 ** 20), 2 ** 20, 0.5])).not.toThrow()
  })

  it('says what is wrong', () => {
    expectHrmError(() => check([0]), 'option_invalid', '1 tokens given, the board has 2')
    expectHrmError(() => check([0, 2]), 'option_invalid', 'token 2 at 1 is not within 0..1')
    for (const carry of [
      [0, 0, 0],
      [0, 0, 0, Number.NaN],
      [0, 0, 0, Number.POSITIVE_INFINITY],
      [0, 0, 0, 2 ** 20 + 1],
    ]) {
      expectHrmError(() => check([0, 1], carry), 'option_invalid', 'a carry is 4 floats within')
    }
    // A model without puzzle embedding has one puzzle.
    expectHrmError(() => check([0, 1], undefined, 1), 'option_invalid', 'puzzle 1 is not within 0..0')
  })
})

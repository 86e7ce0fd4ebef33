import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { CANDIDATES } from '../../tests/helpers/configs.ts'
import { expectHrmError, expectHrmRejection } from '../../tests/helpers/errors.ts'
import { fakeEngine } from '../../tests/helpers/fake-engine.ts'
import { tinyModel } from '../../tests/helpers/weights-file.ts'
import { HrmError } from '../errors.ts'
import { buildGeometry, trainedShape } from '../tasks/lists.ts'
import { createSlotPool } from './slot-pool.ts'

function makePool(slots = 2, think: () => void = () => {}) {
  const geometry = buildGeometry(CANDIDATES, trainedShape(CANDIDATES))
  const engine = fakeEngine({ model: tinyModel(CANDIDATES), geometry, slots }, think)
  return { pool: createSlotPool(engine), engine }
}

/** What a promise has come to so far. */
async function stateOf(promise: Promise<unknown>): Promise<'pending' | 'fulfilled' | 'rejected'> {
  const pending = Symbol()
  try {
    return (await Promise.race([promise, Promise.resolve(pending)])) === pending ? 'pending' : 'fulfilled'
  } catch {
    return 'rejected'
  }
}

describe('createSlotPool', () => {
  it('lends every slot once', async () => {
    const { pool } = makePool(3)
    expect([await pool.take(), pool.tryTake(), await pool.take(), pool.tryTake()]).toEqual([0, 1, 2, undefined])
    pool.give(1)
    expect(pool.tryTake()).toBe(1)
  })

  it('serves those who wait in their order, before anyone who comes later', async () => {
    const { pool } = makePool(1)
    await pool.take()
    const order: string[] = []
    const first = pool.take().then((slot) => order.push(`first ${slot}`))
    const second = pool.take().then((slot) => order.push(`second ${slot}`))
    pool.give(0)
    expect(pool.tryTake()).toBeUndefined()
    await first
    pool.give(0)
    await second
    expect(order).toEqual(['first 0', 'second 0'])
  })

  it('lets a waiting solve be aborted, and passes its turn on', async () => {
    const { pool } = makePool(1)
    await pool.take()
    const controller = new AbortController()
    const aborted = pool.take(controller.signal)
    const next = pool.take()
    expect(await stateOf(aborted)).toBe('pending')
    controller.abort(new Error('enough'))
    const error = await expectHrmRejection(aborted, 'aborted', 'the solve was aborted')
    expect((error.cause as Error).message).toBe('enough')
    pool.give(0)
    expect(await next).toBe(0)
  })

  it('has one listener on a signal, however many wait with it, and none once it was aborted', async () => {
    const { pool } = makePool(1)
    await pool.take()
    const controller = new AbortController()
    const waiting = Array.from({ length: 30 }, () => expectHrmRejection(pool.take(controller.signal), 'aborted'))
    const listeners = () => getEventListeners(controller.signal, 'abort').length
    expect(listeners()).toBe(1)
    controller.abort()
    await Promise.all(waiting)
    expect(listeners()).toBe(0)
  })

  it('forgets a signal once the slot was given', async () => {
    const { pool } = makePool(1)
    await pool.take()
    const controller = new AbortController()
    const waiting = pool.take(controller.signal)
    pool.give(0)
    expect(await waiting).toBe(0)
    controller.abort()
    expect(pool.tryTake()).toBeUndefined()
    pool.give(0)
    expect(pool.tryTake()).toBe(0)
    expect(pool.tryTake()).toBeUndefined()
  })

  it.each([
    ['engine_failed', new HrmError('engine_failed', 'the device is lost'), 'the device is lost'],
    [
      'an error without a code',
      new TypeError('x is not a function'),
      'the reference engine failed: x is not a function',
    ],
    ['something that is no error', undefined, 'the reference engine failed'],
  ])('is done with an engine that fails by %s', async (_, thrown, message) => {
    const { pool } = makePool(1, () => {
      throw thrown
    })
    await pool.take()
    const waiting = pool.take()
    const waitingFailed = expectHrmRejection(waiting, 'engine_failed', message)
    expect(pool.healthy).toBe(true)
    const error = await expectHrmRejection(pool.step([0]), 'engine_failed', message)
    expect(thrown instanceof HrmError ? error : error.cause).toBe(thrown)
    expect(pool.healthy).toBe(false)
    await waitingFailed
  })

  it('tells the same reason to all, also once the engine was disposed', async () => {
    const { pool, engine } = makePool(2, () => {
      throw new HrmError('engine_failed', 'the device is lost')
    })
    await expectHrmRejection(pool.step([0]), 'engine_failed')
    engine.dispose()
    await expectHrmRejection(pool.step([1]), 'engine_failed', 'the device is lost')
    expectHrmError(() => pool.guard(() => engine.logits(1)), 'engine_failed', 'the device is lost')
  })

  it('fails by a call outside of a step too, and not by a typed refusal', () => {
    const { pool, engine } = makePool()
    expectHrmError(() => pool.guard(() => engine.setTokens(5, new Uint8Array(64))), 'option_invalid')
    expect(pool.healthy).toBe(true)
    expect(pool.guard(() => 7)).toBe(7)
    const fall = () => {
      throw new RangeError('out of memory')
    }
    expectHrmError(() => pool.guard(fall), 'engine_failed', 'out of memory')
    expect(pool.healthy).toBe(false)
  })

  it('rejects those who wait when disposed, and disposes the engine', async () => {
    const { pool, engine } = makePool(1)
    await pool.take()
    const waiting = pool.take()
    pool.dispose()
    await expectHrmRejection(waiting, 'disposed', 'the solver was disposed')
    expect(engine.disposed).toBe(true)
    await expectHrmRejection(pool.step([0]), 'disposed')
  })
})

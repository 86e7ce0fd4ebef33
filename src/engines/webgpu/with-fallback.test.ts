import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { bitsOf, expectSameBits } from '../../../tests/helpers/bits.ts'
import { CANDIDATES, OFFICIAL } from '../../../tests/helpers/configs.ts'
import { describeEngine, engineFor, randomTokens, readAll } from '../../../tests/helpers/engine-contract.ts'
import { expectHrmError, expectHrmRejection } from '../../../tests/helpers/errors.ts'
import { losable } from '../../../tests/helpers/losable-engine.ts'
import { tinyModel } from '../../../tests/helpers/weights-file.ts'
import { HrmError } from '../../errors.ts'
import { createEngineFactory, type EngineFactory } from '../create-engine.ts'
import type { Carry, Engine } from '../engine.ts'
import { type FallbackEngine, withFallback } from './with-fallback.ts'

let wasm: EngineFactory
beforeAll(async () => {
  wasm = await createEngineFactory('wasm')
})

const fallingBack =
  (stepsLeft: number, onFallback: (error: unknown) => void = () => {}): EngineFactory =>
  (options) =>
    withFallback(options, { first: (o) => losable(wasm(o), stepsLeft), second: wasm, onFallback })

for (const steps of [0, 1, 3, Number.POSITIVE_INFINITY]) {
  describeEngine(`with a fallback after ${steps} steps`, () => fallingBack(steps))
}

type Action =
  | { kind: 'start' | 'floats' | 'tokens'; slot: number; seed: number }
  | { kind: 'save' | 'release' | 'results'; slot: number }
  | { kind: 'restore'; slot: number; pick: number; seed: number; puzzle: number }
  | { kind: 'step'; slots: number[] }

const slot = fc.nat(2)
const seed = fc.nat(1000)
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('start', 'floats', 'tokens'), slot, seed }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('save', 'release', 'results'), slot }) },
  fc.record({ kind: fc.constant('restore' as const), slot, pick: fc.nat(), seed, puzzle: fc.nat(2) }),
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('step' as const), slots: fc.subarray([0, 1, 2]) }) },
)
const actions = fc.array(action, { maxLength: 30 })

/** Does what it is told to an engine and hands out everything that can be read on the way. */
async function perform(engine: Engine, list: readonly Action[]): Promise<string[]> {
  const seen: string[] = []
  const saved: Carry[] = []
  const owners = new Map<Carry, number>()
  const drop = (slot: number) => {
    for (const carry of saved.filter((c) => owners.get(c) === slot)) saved.splice(saved.indexOf(carry), 1)
  }
  const see = (slot: number, floats: Iterable<number>) =>
    seen.push(`slot ${slot}: ${bitsOf(Float32Array.from(floats)).join('').slice(0, 400)}`)
  const look = (slot: number) => see(slot, [...engine.logits(slot), ...engine.q(slot)])
  for (const action of list) {
    switch (action.kind) {
      case 'start':
        engine.start(action.slot, randomTokens(OFFICIAL, action.seed), undefined, action.seed % 3)
        drop(action.slot)
        break
      case 'floats':
        engine.start(
          action.slot,
          randomTokens(OFFICIAL, action.seed),
          Float32Array.from({ length: engine.carrySize }, (_, i) => Math.sin(i + action.seed)),
        )
        drop(action.slot)
        break
      case 'tokens':
        engine.setTokens(action.slot, randomTokens(OFFICIAL, action.seed))
        break
      case 'save': {
        const carry = engine.saveCarry(action.slot)
        owners.set(carry, action.slot)
        saved.push(carry)
        break
      }
      case 'release': {
        const carry = saved.pop()
        if (carry) engine.releaseCarry(carry)
        break
      }
      case 'restore': {
        const carry = saved[action.pick % Math.max(1, saved.length)]
        if (carry) engine.start(action.slot, randomTokens(OFFICIAL, action.seed), carry, action.puzzle)
        break
      }
      case 'results':
        look(action.slot)
        break
      case 'step':
        await engine.step(action.slots)
        for (const s of action.slots) look(s)
    }
  }
  for (const s of [0, 1, 2]) see(s, await engine.readCarry(s))
  return seen
}

describe('withFallback', () => {
  const started = (engine: Engine): Engine => {
    for (const s of [0, 1, 2]) engine.start(s, randomTokens(OFFICIAL, s))
    return engine
  }

  it('leaves no trace of a loss, wherever it comes', async () => {
    const model = tinyModel(OFFICIAL)
    await fc.assert(
      fc.asyncProperty(actions, fc.nat(12), async (list, stepsLeft) => {
        const told: unknown[] = []
        const failing = started(
          engineFor(
            fallingBack(stepsLeft, (error) => told.push(error)),
            model,
          ),
        )
        const steady = started(engineFor(wasm, model))
        expect(await perform(failing, list)).toEqual(await perform(steady, list))
        const steps = list.filter((action) => action.kind === 'step').length
        expect(told.length).toBe(steps >= stepsLeft ? 1 : 0)
        for (const engine of [failing, steady]) engine.dispose()
      }),
      { numRuns: 300 },
    )
  })

  it('shows what the second engine came to between its H cycles, not what the first one left', async () => {
    const model = tinyModel(OFFICIAL)
    const [failing, steady] = [
      started(
        engineFor(
          fallingBack(1, () => {}),
          model,
        ),
      ),
      started(engineFor(wasm, model)),
    ]
    const seen = async (engine: Engine) => {
      const between: number[][] = []
      await engine.step([0])
      await engine.step([0], (slot) => {
        between.push([...engine.logits(slot), ...engine.q(slot)])
        return true
      })
      return [...between, [...engine.logits(0), ...engine.q(0)]]
    }
    const want = await seen(steady)
    expect(want).toHaveLength(2)
    expect(await seen(failing)).toEqual(want)
    for (const engine of [failing, steady]) engine.dispose()
  })

  it('says which engine runs', async () => {
    const told: unknown[] = []
    const engine = started(
      engineFor(
        (options) =>
          withFallback(options, {
            first: (o) => ({ ...losable(wasm(o), 1), backend: 'webgpu', build: 'a GPU' }),
            second: wasm,
            onFallback: (error) => told.push(error),
          }),
        tinyModel(OFFICIAL),
      ),
    )
    await engine.step([0])
    expect([engine.backend, engine.build, told.length]).toEqual(['webgpu', 'a GPU', 0])
    await engine.step([0])
    expect([engine.backend, told]).toEqual(['wasm', [expect.objectContaining({ code: 'engine_failed' })]])
    engine.dispose()
  })

  it('replaces an engine that cannot even be made, but not one that a model does not fit', async () => {
    const model = tinyModel(CANDIDATES)
    const told: unknown[] = []
    const make = (error: Error) =>
      engineFor(
        (options) =>
          withFallback(options, {
            first() {
              throw error
            },
            second: wasm,
            onFallback: (e) => told.push(e),
          }),
        model,
      )
    const lack = new RangeError('no memory')
    const engine = make(lack)
    engine.start(0, randomTokens(CANDIDATES, 1))
    await engine.step([0])
    const want = engineFor(wasm, model)
    want.start(0, randomTokens(CANDIDATES, 1))
    await want.step([0])
    expectSameBits(await readAll(engine, 0), await readAll(want, 0), 'the second engine')
    expect(told).toEqual([lack])
    expectHrmError(() => make(new HrmError('task_mismatch', 'no')), 'task_mismatch')
  })

  it('hands on a failure of the second engine', async () => {
    const engine = started(
      engineFor(
        (options) =>
          withFallback(options, {
            first: (o) => losable(wasm(o), 0),
            second: (o) => losable(wasm(o), 3),
            onFallback() {},
          }),
        tinyModel(OFFICIAL),
      ),
    )
    await engine.step([0, 1])
    await engine.step([2])
    await expectHrmRejection(Promise.resolve(engine.step([2])), 'engine_failed', 'lost')
  })

  it('says why the first engine failed where no second can be made, and makes it at the next call', async () => {
    let lacks = 2
    const second: EngineFactory = (options) => {
      if (lacks-- > 0) throw new HrmError('engine_unavailable', 'no memory')
      return wasm(options)
    }
    const told: unknown[] = []
    const onFallback = (error: unknown) => told.push(error)
    const lost = new Error('lost')
    const first: EngineFactory = (options) => ({
      ...wasm(options),
      step() {
        throw lost
      },
    })
    const engine = started(engineFor((o) => withFallback(o, { first, second, onFallback }), tinyModel(OFFICIAL)))
    ;(engine as FallbackEngine).leave('silently')
    const error = await expectHrmRejection(Promise.resolve(engine.step([0])), 'engine_unavailable', 'no memory')
    expect([error.cause, told]).toEqual([lost, []])
    await engine.step([0])
    expect([engine.backend, told]).toEqual(['wasm', [lost]])
    engine.dispose()
  })

  it('goes on in the second engine when it is told to, during a step too', async () => {
    const model = tinyModel(OFFICIAL)
    const told: unknown[] = []
    const onFallback = (error: unknown) => told.push(error)
    const engine = started(engineFor((o) => withFallback(o, { first: wasm, second: wasm, onFallback }), model))
    const steady = started(engineFor(wasm, model))
    await engine.step([0, 1])
    const step = Promise.resolve(engine.step([1, 2]))
    ;(engine as FallbackEngine).leave('lost')
    await step
    ;(engine as FallbackEngine).leave('lost again')
    for (const slots of [
      [0, 1],
      [1, 2],
    ])
      await steady.step(slots)
    for (const s of [0, 1, 2]) expectSameBits(await readAll(engine, s), await readAll(steady, s), `slot ${s}`)
    expect(told).toEqual(['lost'])
    for (const e of [engine, steady]) e.dispose()
  })

  it('computes again, and the step that was lost, a slot at a time, and ends when it is told to', async () => {
    const asked: number[][] = []
    const second: EngineFactory = (options) => {
      const engine = wasm(options)
      const step: Engine['step'] = (list, finished) => {
        asked.push([...list])
        return engine.step(list, finished)
      }
      return { ...engine, step }
    }
    const lost = () => {
      const make: EngineFactory = (o) => withFallback(o, { first: (o) => losable(wasm(o), 2), second, onFallback() {} })
      return started(engineFor(make, tinyModel(OFFICIAL)))
    }
    const whole = lost()
    for (let i = 0; i < 3; i++) await whole.step([0, 1, 2])
    expect(asked).toEqual([0, 0, 1, 1, 2, 2, 0, 1, 2].map((slot) => [slot]))

    for (const turns of [1, 5, 7]) {
      const engine = lost()
      for (let i = 0; i < 2; i++) await engine.step([0, 1, 2])
      asked.length = 0
      const goOn = () => {
        if (asked.length === turns) throw new HrmError('aborted', 'enough')
      }
      await expectHrmRejection(Promise.resolve(engine.step([0, 1, 2], undefined, goOn)), 'aborted')
      expect(asked).toHaveLength(turns)
    }
  })

  it('stops computing again when it is disposed', async () => {
    const engine = started(engineFor(fallingBack(20), tinyModel(OFFICIAL)))
    for (let i = 0; i < 20; i++) await engine.step([0, 1, 2])
    const step = Promise.resolve(engine.step([0, 1, 2]))
    setImmediate(() => engine.dispose()) // after the first of the twenty
    await expectHrmRejection(step, 'disposed')
  })
})

import { beforeAll, describe, expect, it } from 'vitest'
import type { EngineFactory } from '../../src/engines/create-engine.ts'
import type { Engine } from '../../src/engines/engine.ts'
import { createReferenceEngine } from '../../src/engines/reference/reference-engine.ts'
import { createRandom } from '../../src/numerics/random.ts'
import { buildGeometry, trainedShape } from '../../src/tasks/lists.ts'
import type { ModelConfig } from '../../src/weights/config.ts'
import type { Model } from '../../src/weights/model.ts'
import { expectSameBits } from './bits.ts'
import { ALONE, CANDIDATES, GRID_LISTS, LEARNED, OFFICIAL, SMALLEST, TINY_CONFIGS } from './configs.ts'
import { expectHrmError } from './errors.ts'
import { tinyModel } from './weights-file.ts'

export const engineFor = (factory: EngineFactory, model: Model, slots = 3): Engine =>
  factory({ model, geometry: buildGeometry(model.config, trainedShape(model.config)), slots })

export function randomTokens({ vocab_size, seq_len }: ModelConfig, seed: number): Uint8Array {
  const { next } = createRandom(seed)
  return Uint8Array.from({ length: seq_len }, () => Math.floor(next() * vocab_size))
}

/** Everything that can be read of a slot, copied: logits, q and carry in one row. */
export async function readAll(engine: Engine, slot: number): Promise<Float32Array> {
  const carry = await engine.readCarry(slot)
  return Float32Array.from([...engine.logits(slot), ...engine.q(slot), ...carry])
}

export interface ContractOptions {
  /** Default: the reference engine. */
  reference?: EngineFactory
  /** Compares two engines, or two slots of one. Default: to the bit. */
  expectSame?: (got: Float32Array, want: Float32Array, name: string) => void
  /** Steps that are compared with the reference. Default 5. */
  steps?: number
}

/** What `src/engines/engine.ts` promises, for one engine. */
export function describeEngine(
  name: string,
  load: () => EngineFactory | Promise<EngineFactory>,
  { reference: createReference = createReferenceEngine, expectSame = expectSameBits, steps = 5 }: ContractOptions = {},
): void {
  describe(`engine contract: ${name}`, () => {
    let factory: EngineFactory
    beforeAll(async () => {
      factory = await load()
    })
    const make = (config: ModelConfig, slots?: number) => engineFor(factory, tinyModel(config), slots)
    const run = async (engine: Engine, slot: number, steps: number) => {
      for (let i = 0; i < steps; i++) await engine.step([slot])
    }

    it.each(Object.entries(TINY_CONFIGS))('says its sizes: %s', async (_, config) => {
      const engine = make(config)
      expect([engine.slots, engine.tokens, engine.outputSize]).toEqual([3, config.seq_len, config.output_size])
      expect(engine.carrySize).toBe(2 * (config.puzzle_emb_len + config.seq_len) * config.hidden_size)
      engine.start(0, randomTokens(config, 1))
      expect((await engine.readCarry(0)).length).toBe(engine.carrySize)
      expect(engine.logits(0).length).toBe(config.seq_len * config.output_size)
      expect(engine.q(0).length).toBe(config.q_outputs)
      engine.dispose()
    })

    it.each(Object.entries(TINY_CONFIGS))('gives what the reference engine gives: %s', async (_, config) => {
      for (const seed of [1, 2]) {
        const model = tinyModel(config, seed)
        const [engine, reference] = [engineFor(factory, model), engineFor(createReference, model)]
        for (const slot of [0, 2]) {
          const puzzle = slot % Math.max(1, config.num_puzzle_identifiers)
          engine.start(slot, randomTokens(config, seed + slot), undefined, puzzle)
          reference.start(slot, randomTokens(config, seed + slot), undefined, puzzle)
        }
        for (let step = 1; step <= steps; step++) {
          await engine.step([0, 2])
          await reference.step([0, 2])
          for (const slot of [0, 2]) {
            expectSame(
              await readAll(engine, slot),
              await readAll(reference, slot),
              `seed ${seed}, slot ${slot}, step ${step}`,
            )
          }
        }
        engine.dispose()
        reference.dispose()
      }
    })

    it('starts both states at their initial rows', async () => {
      const model = tinyModel(OFFICIAL)
      const engine = engineFor(factory, model)
      engine.start(1, randomTokens(OFFICIAL, 1))
      const carry = await engine.readCarry(1)
      for (let at = 0; at < carry.length; at += 16) {
        expect(carry.subarray(at, at + 16)).toEqual(at < carry.length / 2 ? model.hInit : model.lInit)
      }
      engine.dispose()
    })

    it.each([
      ['candidates', CANDIDATES],
      ['official', OFFICIAL],
    ])('keeps slots apart, whatever the order of a step: %s', async (_, config) => {
      const [alone, together, reversed] = [make(config, 1), make(config), make(config)]
      for (const slot of [0, 1, 2]) {
        for (const engine of [together, reversed]) engine.start(slot, randomTokens(config, slot))
      }
      await together.step([0, 1, 2])
      await together.step([2])
      await together.step([0, 1])
      await reversed.step([2, 1, 0])
      await reversed.step([1, 0, 2])
      for (const slot of [0, 1, 2]) {
        alone.start(0, randomTokens(config, slot))
        await run(alone, 0, 2)
        expectSame(await readAll(together, slot), await readAll(alone, 0), `slot ${slot}`)
        expectSame(await readAll(reversed, slot), await readAll(alone, 0), `slot ${slot} in another order`)
      }
      for (const engine of [alone, together, reversed]) engine.dispose()
    })

    it('leaves slots alone that a step does not name, and does nothing for none', async () => {
      const engine = make(CANDIDATES)
      for (const slot of [0, 1]) engine.start(slot, randomTokens(CANDIDATES, slot))
      await engine.step([0, 1])
      const before = await readAll(engine, 0)
      await engine.step([1])
      await engine.step([])
      engine.start(1, randomTokens(CANDIDATES, 7))
      expectSame(await readAll(engine, 0), before, 'slot 0')
      engine.dispose()
    })

    it('takes steps of different slots side by side', async () => {
      const [together, apart] = [make(CANDIDATES), make(CANDIDATES)]
      for (const engine of [together, apart]) {
        for (const slot of [0, 1, 2]) engine.start(slot, randomTokens(CANDIDATES, slot))
      }
      await Promise.all([together.step([0]), together.step([1]), together.step([2])])
      for (const slot of [0, 1, 2]) await apart.step([slot])
      for (const slot of [0, 1, 2]) {
        expectSame(await readAll(together, slot), await readAll(apart, slot), `slot ${slot}`)
      }
      for (const engine of [together, apart]) engine.dispose()
    })

    it.each(Object.entries({ CANDIDATES, OFFICIAL, LEARNED, GRID_LISTS, SMALLEST, ALONE }))(
      'goes on from a carry as it would have gone on itself: %s',
      async (_, config) => {
        const engine = make(config)
        const tokens = randomTokens(config, 4)
        engine.start(0, tokens)
        await run(engine, 0, 2)
        const carry = await engine.readCarry(0)
        engine.start(2, tokens, carry)
        expectSame(await engine.readCarry(2), carry, 'carry put back')
        await engine.step([0, 2])
        expectSame(await readAll(engine, 2), await readAll(engine, 0), 'after one more step')
        engine.dispose()
      },
    )

    it('hands out carries that are copies, and takes copies', async () => {
      const engine = make(CANDIDATES)
      const tokens = randomTokens(CANDIDATES, 4)
      engine.start(0, tokens)
      await engine.step([0])
      const carry = await engine.readCarry(0)
      engine.start(1, tokens, carry)
      await engine.step([0])
      expectSame(await engine.readCarry(1), carry, 'what was read before the step')
      carry.fill(9)
      tokens.fill(0)
      await engine.step([1])
      expectSame(await readAll(engine, 1), await readAll(engine, 0), 'slot 1')
      engine.dispose()
    })

    it('goes on from a saved carry, in any slot and as often as asked, until it is released', async () => {
      const engine = make(CANDIDATES)
      const tokens = randomTokens(CANDIDATES, 4)
      engine.start(0, tokens)
      await engine.step([0])
      const want = await engine.readCarry(0)
      const [saved, other] = [engine.saveCarry(0), engine.saveCarry(0)]
      engine.releaseCarry(other)
      await run(engine, 0, 2)
      const further = engine.saveCarry(0)
      for (const slot of [0, 1, 0]) {
        engine.start(slot, tokens, saved)
        expectSame(await engine.readCarry(slot), want, 'saved carry')
        await engine.step([slot])
      }
      engine.start(0, tokens, further)
      engine.start(2, tokens, saved)
      await run(engine, 2, 2)
      expectSame(await engine.readCarry(2), await engine.readCarry(0), 'carries saved one after the other')
      for (const carry of [saved, further]) engine.releaseCarry(carry)
      engine.dispose()
    })

    it('refuses a carry that another engine saved', () => {
      const engine = make(CANDIDATES)
      const foreign = { kept: Symbol('another engine') }
      expectHrmError(() => engine.start(0, randomTokens(CANDIDATES, 1), foreign), 'option_invalid', 'another engine')
      engine.dispose()
    })

    it('starts afresh when a slot is used again', async () => {
      const engine = make(OFFICIAL)
      engine.start(0, randomTokens(OFFICIAL, 1), undefined, 2)
      await run(engine, 0, 3)
      for (const slot of [0, 1]) engine.start(slot, randomTokens(OFFICIAL, 2))
      await engine.step([0, 1])
      expectSame(await readAll(engine, 0), await readAll(engine, 1), 'used slot')
      engine.dispose()
    })

    it('keeps carry and puzzle when the tokens change', async () => {
      const engine = make(OFFICIAL)
      const [first, second] = [randomTokens(OFFICIAL, 1), randomTokens(OFFICIAL, 2)]
      engine.start(0, first, undefined, 1)
      await engine.step([0])
      const carry = await engine.readCarry(0)
      engine.setTokens(0, second)
      expectSame(await engine.readCarry(0), carry, 'carry')
      engine.start(1, second, carry, 1)
      await engine.step([0, 1])
      expectSame(await readAll(engine, 0), await readAll(engine, 1), 'after a step')
      engine.dispose()
    })

    it('tells puzzles apart, and 0 is the default', async () => {
      const engine = make(OFFICIAL)
      const tokens = randomTokens(OFFICIAL, 1)
      engine.start(0, tokens)
      engine.start(1, tokens, undefined, 0)
      engine.start(2, tokens, undefined, 1)
      await engine.step([0, 1, 2])
      expectSame(await readAll(engine, 1), await readAll(engine, 0), 'puzzle 0')
      expect(await readAll(engine, 2)).not.toEqual(await readAll(engine, 0))
      engine.dispose()
    })

    it('refuses bad calls, and goes on afterwards', async () => {
      const engine = make(OFFICIAL)
      const tokens = randomTokens(OFFICIAL, 1)
      const carry = new Float32Array(engine.carrySize)
      engine.start(0, tokens)
      await engine.step([0])
      const before = await readAll(engine, 0)
      for (const slot of [-1, 3, 0.5, Number.NaN, 2 ** 32, '0' as never, undefined as never]) {
        expectHrmError(() => engine.start(slot, tokens), 'option_invalid', /^slot .* is not within 0\.\.2$/)
        expectHrmError(() => engine.setTokens(slot, tokens), 'option_invalid')
        expectHrmError(() => engine.saveCarry(slot), 'option_invalid')
        await expectRefused(() => engine.readCarry(slot))
        expectHrmError(() => engine.logits(slot), 'option_invalid')
        expectHrmError(() => engine.q(slot), 'option_invalid')
        await expectRefused(() => engine.step([0, slot]))
      }
      await expectRefused(() => engine.step([0, 1, 0]))
      for (const call of [engine.start, engine.setTokens]) {
        expectHrmError(() => call(0, tokens.subarray(1)), 'option_invalid', '15 tokens given, the board has 16')
        expectHrmError(() => call(0, tokens.with(3, 6)), 'option_invalid', 'token 6 at 3 is not within 0..5')
      }
      for (const bad of [
        carry.subarray(1),
        carry.with(5, Number.NaN),
        carry.with(5, Number.POSITIVE_INFINITY),
        carry.with(5, 2 ** 21),
      ]) {
        expectHrmError(() => engine.start(0, tokens, bad), 'option_invalid', `a carry is ${engine.carrySize} floats`)
      }
      for (const puzzle of [-1, 3, 0.5, Number.NaN]) {
        expectHrmError(() => engine.start(0, tokens, undefined, puzzle), 'option_invalid', 'is not within 0..2')
      }
      expectSame(await readAll(engine, 0), before, 'slot 0')
      engine.dispose()
    })

    it('refuses a board that does not fit the model', () => {
      const model = tinyModel(CANDIDATES)
      const geometry = buildGeometry(CANDIDATES, trainedShape(CANDIDATES))
      const indices = Int32Array.from(geometry.tables[0].indices)
      const other = { ...geometry.tables[0], indices: indices.with(7, 64) }
      for (const tables of [[], geometry.tables.slice(1), [other, ...geometry.tables.slice(1)]]) {
        expectHrmError(() => factory({ model, geometry: { tokens: 64, tables }, slots: 1 }), 'task_mismatch')
      }
      expectHrmError(
        () => factory({ model: tinyModel(OFFICIAL), geometry: { tokens: 15, tables: [] }, slots: 1 }),
        'task_mismatch',
        'the model has positions for 16 tokens, the board has 15',
      )
    })

    it('is gone after dispose, which may be called again', async () => {
      const engine = make(SMALLEST)
      engine.start(0, randomTokens(SMALLEST, 1))
      engine.dispose()
      engine.dispose()
      expectHrmError(() => engine.start(0, randomTokens(SMALLEST, 1)), 'disposed')
      expectHrmError(() => engine.setTokens(0, randomTokens(SMALLEST, 1)), 'disposed')
      expectHrmError(() => engine.saveCarry(0), 'disposed')
      await expectRefused(() => engine.readCarry(0), 'disposed')
      expectHrmError(() => engine.logits(0), 'disposed')
      expectHrmError(() => engine.q(0), 'disposed')
      await expectRefused(() => engine.step([0]), 'disposed')
      await expectRefused(() => engine.step([]), 'disposed')
    })
  })
}

/** Steps and reading a carry may throw or reject. */
async function expectRefused(
  call: () => unknown,
  code: 'option_invalid' | 'disposed' = 'option_invalid',
): Promise<void> {
  let thrown: unknown
  try {
    await call()
  } catch (error) {
    thrown = error
  }
  expectHrmError(() => {
    throw thrown
  }, code)
}

import { beforeAll, describe, expect, it } from 'vitest'
import { platform } from '#platform'
import { bitsOf, expectSameBits } from '../../tests/helpers/bits.ts'
import { CANDIDATES, GRID_LISTS, LEARNED, OFFICIAL } from '../../tests/helpers/configs.ts'
import { describeEngine, engineFor, randomTokens, readAll } from '../../tests/helpers/engine-contract.ts'
import { type Draft, draftOf, setFloat, tensorSpecs, tinyModel, writeFile } from '../../tests/helpers/weights-file.ts'
import type { ModelConfig } from '../weights/config.ts'
import { readModel } from '../weights/read-model.ts'
import { createEngineFactory, type EngineFactory } from './create-engine.ts'
import { createReferenceEngine } from './reference/reference-engine.ts'
import { createWasmEngineFactory } from './wasm/wasm-engine.ts'

const wasm = (build: 'relaxed' | 'simd128', multiply: 'dot' | 'pair') => () =>
  createWasmEngineFactory(platform.loadKernel, { build, multiply })

const ENGINES: Readonly<Record<string, () => Promise<EngineFactory>>> = {
  reference: () => createEngineFactory('reference'),
  'wasm, relaxed dot': wasm('relaxed', 'dot'),
  'wasm, relaxed pairs': wasm('relaxed', 'pair'),
  'wasm, simd128': wasm('simd128', 'dot'),
}

for (const [name, load] of Object.entries(ENGINES)) describeEngine(name, load)

describe.each(Object.entries(ENGINES))('between two H cycles of a step, engine %s', (_, load) => {
  const config = { ...OFFICIAL, H_cycles: 3 }

  it('asks of each slot whether it is finished, and leaves out the rest of one that is', async () => {
    const factory = await load()
    const engine = engineFor(factory, tinyModel(config))
    for (const slot of [0, 1, 2]) engine.start(slot, randomTokens(config, slot))
    const asked: number[] = []
    // Slot 0 never is, slot 1 is at the second question, slot 2 at once.
    const finished = (slot: number) => {
      asked.push(slot)
      return asked.filter((s) => s === slot).length === [3, 2, 1][slot]
    }
    await engine.step([0, 1, 2], finished)
    expect(asked.toSorted()).toEqual([0, 0, 1, 1, 2])
    for (const [slot, cycles] of [3, 2, 1].entries()) {
      const whole = engineFor(factory, tinyModel({ ...config, H_cycles: cycles }))
      whole.start(0, randomTokens(config, slot))
      await whole.step([0])
      expectSameBits(await readAll(engine, slot), await readAll(whole, 0), `slot ${slot}`)
      whole.dispose()
    }
    engine.dispose()
  })

  it('shows what that cycle came to', async () => {
    const factory = await load()
    const engine = engineFor(factory, tinyModel(config))
    const whole = engineFor(factory, tinyModel({ ...config, H_cycles: 1 }))
    for (const e of [engine, whole]) e.start(0, randomTokens(config, 7))
    const seen: Float32Array[] = []
    await engine.step([0], (slot) => {
      seen.push(Float32Array.from([...engine.logits(slot), ...engine.q(slot)]))
      return false
    })
    for (const cycle of [0, 1]) {
      await whole.step([0])
      expectSameBits(seen[cycle], Float32Array.from([...whole.logits(0), ...whole.q(0)]), `cycle ${cycle + 1}`)
    }
    expect(seen).toHaveLength(2)
    for (const e of [engine, whole]) e.dispose()
  })
})

describe('models at the limits of the reader', () => {
  const factories = new Map<string, EngineFactory>()
  beforeAll(async () => {
    for (const [name, load] of Object.entries(ENGINES)) factories.set(name, await load())
  })

  /** Same bits and finite floats everywhere, over three steps. */
  const expectAgreement = async (config: ModelConfig, spoil: (draft: Draft) => void) => {
    const draft = draftOf(config, 3)
    spoil(draft)
    const model = readModel(writeFile(draft))
    const reference = engineFor(createReferenceEngine, model, 1)
    const engines = [...factories].map(([name, factory]) => ({ name, engine: engineFor(factory, model, 1) }))
    for (const { engine } of [...engines, { engine: reference }]) engine.start(0, randomTokens(config, 5))
    for (let step = 1; step <= 3; step++) {
      await reference.step([0])
      const want = await readAll(reference, 0)
      expect(want.every(Number.isFinite)).toBe(true)
      for (const { name, engine } of engines) {
        await engine.step([0])
        expectSameBits(await readAll(engine, 0), want, `${name}, step ${step}`)
      }
    }
  }

  /** Writes every tensor of one dtype. */
  const fill =
    (config: ModelConfig, dtype: 'F32' | 'I8', value: (name: string, i: number) => number) => (draft: Draft) => {
      const view = new DataView(draft.data.buffer)
      for (const [name, kind, shape] of tensorSpecs(config)) {
        if (kind !== dtype) continue
        const count = shape.reduce((a, b) => a * b)
        const begin = draft.header[name].data_offsets[0]
        for (let i = 0; i < count; i++) {
          if (kind === 'F32') setFloat(draft, name, i, value(name, i))
          else view.setInt8(begin + i, value(name, i))
        }
      }
    }
  const limitOf = (name: string) => (name.startsWith('rotary_emb') ? 1 : 65504)
  const largest = { embed_scale: 64, rms_norm_eps: 1e-12 }
  const configs: [string, ModelConfig][] = Object.entries({ CANDIDATES, OFFICIAL, LEARNED, GRID_LISTS })

  it.each(configs)('agree where every weight is -128, 127 or 0: %s', async (_, config) => {
    await expectAgreement(
      config,
      fill(config, 'I8', (_, i) => [-128, 127, 0, -128, -127][i % 5]),
    )
  })

  it.each(configs)('agree where every weight is -128: %s', async (_, config) => {
    await expectAgreement(
      config,
      fill(config, 'I8', () => -128),
    )
  })

  it.each(configs)('agree and stay finite where every float is as large as can be: %s', async (_, config) => {
    const extreme = { ...config, ...largest }
    await expectAgreement(extreme, (draft) => {
      fill(config, 'F32', (name, i) => limitOf(name) * (name.endsWith('_scale') || i % 3 !== 0 ? 1 : -1))(draft)
      fill(config, 'I8', (_, i) => (i % 7 === 0 ? -128 : 127))(draft)
    })
  })

  it.each(configs)('agree where everything is zero: %s', async (_, config) => {
    await expectAgreement(config, (draft) => {
      fill(config, 'F32', () => 0)(draft)
      fill(config, 'I8', () => 0)(draft)
    })
  })

  it.each(configs)('agree where floats are as small as can be: %s', async (_, config) => {
    const tiny = [2 ** -149, -(2 ** -149), 2 ** -126, 2 ** -101, 2 ** -100, -(2 ** -99)]
    await expectAgreement(
      config,
      fill(config, 'F32', (name, i) => (name.endsWith('_scale') ? Math.abs(tiny[i % 6]) : tiny[i % 6])),
    )
  })

  it.each(configs)('agree on signs of zero: %s', async (_, config) => {
    await expectAgreement(
      config,
      fill(config, 'F32', (name, i) => (name.endsWith('_scale') || i % 2 ? 0 : -0)),
    )
  })

  it('would tell a single bit', () => {
    expect(bitsOf(Float32Array.of(0, -0, 1))).toEqual(['00000000', '80000000', '3f800000'])
    expect(() => expectSameBits(Float32Array.of(0), Float32Array.of(-0), 'x')).toThrow(
      'x[0] is 0 (0), not 0 (80000000)',
    )
  })
})

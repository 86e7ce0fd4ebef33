import asc from 'assemblyscript/asc'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { platform } from '#platform'
import { expectSameBits } from '../../../tests/helpers/bits.ts'
import { CANDIDATES, OFFICIAL } from '../../../tests/helpers/configs.ts'
import { engineFor, randomTokens, readAll } from '../../../tests/helpers/engine-contract.ts'
import { expectHrmError } from '../../../tests/helpers/errors.ts'
import { collectGarbage } from '../../../tests/helpers/garbage.ts'
import { tinyModel } from '../../../tests/helpers/weights-file.ts'
import type { ListName, ModelConfig } from '../../weights/config.ts'
import type { EngineFactory } from '../create-engine.ts'
import type { Engine } from '../engine.ts'
import { createReferenceEngine } from '../reference/reference-engine.ts'
import { createWasmEngine, createWasmEngineFactory } from './wasm-engine.ts'

// What every engine promises is tested in src/engines/contract.test.ts; here is what only this one can get wrong.

const VARIANTS = [
  { build: 'relaxed', multiply: 'dot' },
  { build: 'relaxed', multiply: 'pair' },
  { build: 'simd128' },
] as const

/**
 * Any shape that the reader lets through, small: odd multiples of 4, heads of every size, lists of every kind.
 * @param side of the board
 */
const configs = (side: { min: number; max: number }): fc.Arbitrary<ModelConfig> =>
  fc
    .record({
      full: fc.boolean(),
      heads: fc.integer({ min: 1, max: 3 }),
      dim: fc.constantFrom(4, 8, 12, 16, 24),
      inter: fc.integer({ min: 1, max: 9 }).map((n) => 4 * n),
      layers: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
      cycles: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
      rows: fc.integer(side),
      cols: fc.integer(side),
      symbols: fc.integer({ min: 2, max: 5 }),
      lists: fc.array(fc.constantFrom<ListName>('row', 'column', 'neighbours', 'all'), { minLength: 3, maxLength: 3 }),
      bias: fc.boolean(),
      positions: fc.constantFrom('none', 'rope', 'learned'),
      prefix: fc.integer({ min: 0, max: 3 }),
      pool: fc.constantFrom('mean', 'first'),
      outputs: fc.integer({ min: 1, max: 2 }),
      scale: fc.constantFrom(1, 0.3, 5.65),
    })
    .map((c) => ({
      hidden_size: c.heads * c.dim,
      num_heads: c.heads,
      intermediate_size: c.inter,
      H_layers: c.layers[0],
      L_layers: c.layers[1],
      H_cycles: c.cycles[0],
      L_cycles: c.cycles[1],
      rms_norm_eps: 1e-5,
      embed_scale: c.scale,
      halt_max_steps: 16,
      vocab_size: c.symbols,
      output_size: c.symbols,
      token_kind: 'cells',
      attention: c.full ? 'full' : 'lists',
      lists: c.full ? [] : c.lists.slice(0, c.heads),
      list_bias: !c.full && c.bias,
      pos_encodings: !c.full || (c.positions === 'rope' && c.dim % 8 !== 0) ? 'none' : c.positions,
      seq_len: c.rows * c.cols,
      puzzle_emb_len: c.full ? c.prefix : 0,
      num_puzzle_identifiers: c.full && c.prefix > 0 ? 2 : 0,
      q_pool: c.pool,
      q_outputs: c.outputs,
      task: {
        name: 'any',
        kind: 'grid',
        rows: c.rows,
        cols: c.cols,
        symbols: Array.from({ length: c.symbols }, (_, i) => 'abcde'[i]),
      },
    }))

describe('wasm engine', () => {
  let factories: EngineFactory[]
  beforeAll(async () => {
    factories = await Promise.all(VARIANTS.map((only) => createWasmEngineFactory(platform.loadKernel, only)))
  })

  it.each([
    { boards: 'of up to 6 x 6', side: { min: 1, max: 6 }, numRuns: 80, seed: 12 },
    // More than 96 tokens go through the matrices of a layer block of rows by block of rows. With this seed a few runs
    // have full attention with positions of either kind, and lists.
    { boards: 'of 10 x 10 and more', side: { min: 10, max: 13 }, numRuns: 6, seed: 291 },
  ])('gives the bits of the reference engine for a model of any shape, boards $boards', async ({ side, ...runs }) => {
    await fc.assert(
      fc.asyncProperty(configs(side), fc.nat(1e6), async (config, seed) => {
        const model = tinyModel(config, seed)
        const reference = engineFor(createReferenceEngine, model, 1)
        const puzzle = Math.max(0, config.num_puzzle_identifiers - 1)
        reference.start(0, randomTokens(config, seed), undefined, puzzle)
        await reference.step([0])
        await reference.step([0])
        const want = await readAll(reference, 0)
        for (const [i, factory] of factories.entries()) {
          const engine = engineFor(factory, model, 2)
          engine.start(1, randomTokens(config, seed), undefined, puzzle)
          await engine.step([1])
          await engine.step([1])
          expectSameBits(await readAll(engine, 1), want, JSON.stringify(VARIANTS[i]))
          engine.dispose()
        }
      }),
      runs,
    )
  })

  it('solves on with a carry that another build gave', async () => {
    const model = tinyModel(OFFICIAL)
    const [first, second] = [engineFor(factories[0], model), engineFor(factories[2], model)]
    const tokens = randomTokens(OFFICIAL, 3)
    first.start(0, tokens)
    await first.step([0])
    second.start(2, tokens, first.saveCarry(0))
    await first.step([0])
    await second.step([2])
    expectSameBits(await readAll(second, 2), await readAll(first, 0), 'after the change of engine')
  })

  it('writes over carries that were released, each once, and over no others', () => {
    const engine = engineFor(factories[0], tinyModel(OFFICIAL))
    engine.start(0, randomTokens(OFFICIAL, 3))
    const [kept, released, foreign] = [engine.saveCarry(0), engine.saveCarry(0), new Float32Array(engine.carrySize)]
    for (const carry of [released, released, foreign]) engine.releaseCarry(carry)
    expect(engine.saveCarry(0)).toBe(released)
    const further = engine.saveCarry(0)
    for (const carry of [kept, released, foreign]) expect(further).not.toBe(carry)
    expect(further).toEqual(kept)
  })

  it('says which backend and build it is', () => {
    const said = factories.map((factory) => {
      const { backend, build } = engineFor(factory, tinyModel(CANDIDATES))
      return `${backend} ${build}`
    })
    expect(said).toEqual(['wasm relaxed', 'wasm relaxed', 'wasm simd128'])
  })

  it('is broken after a trap, and another takes over', async () => {
    const { binary } = await asc.compileString('export function cycle(d: i32, slot: i32): void { unreachable() }', {
      optimizeLevel: 3,
      runtime: 'stub',
      importMemory: true,
    })
    const module = await WebAssembly.compile(binary as Uint8Array<ArrayBuffer>)
    const model = tinyModel(CANDIDATES)
    const tokens = randomTokens(CANDIDATES, 1)
    const trapping = (options: Parameters<EngineFactory>[0]) =>
      createWasmEngine(options, { build: 'simd128', multiply: 'dot', module })
    const engine = engineFor(trapping, model)
    engine.start(0, tokens)
    const error = expectHrmError(() => engine.step([0]), 'engine_failed', 'the kernels trapped: unreachable')
    expect(error.cause).toBeInstanceOf(WebAssembly.RuntimeError)
    for (const call of [
      () => engine.start(0, tokens),
      () => engine.setTokens(0, tokens),
      () => engine.saveCarry(0),
      () => engine.readCarry(0),
      () => engine.step([0]),
      () => engine.step([]),
      () => engine.logits(0),
      () => engine.q(0),
    ]) {
      expectHrmError(call, 'engine_failed', 'has to be made anew')
    }
    engine.dispose()
    expectHrmError(() => engine.step([0]), 'disposed')

    const [next, want] = [engineFor(factories[0], model), engineFor(createReferenceEngine, model)]
    for (const e of [next, want]) {
      e.start(0, tokens)
      await e.step([0])
    }
    expectSameBits(await readAll(next, 0), await readAll(want, 0), 'the engine made anew')
  })

  it('lets go of its memory when it is disposed, though somebody still holds it', async () => {
    const model = tinyModel(CANDIDATES)
    const engines: Engine[] = []
    const memories: WeakRef<ArrayBuffer>[] = []
    for (const factory of factories) {
      const engine = engineFor(factory, model)
      engine.start(0, randomTokens(CANDIDATES, 1))
      await engine.step([0])
      memories.push(new WeakRef(engine.logits(0).buffer as ArrayBuffer))
      engines.push(engine)
    }
    await collectGarbage()
    expect(memories.every((memory) => memory.deref() !== undefined)).toBe(true)
    for (const engine of engines) engine.dispose()
    await collectGarbage()
    expect(memories.map((memory) => memory.deref())).toEqual(engines.map(() => undefined))
    for (const engine of engines) expectHrmError(() => engine.logits(0), 'disposed')
  })

  it('says so where there is no memory to be had', async () => {
    const module = await platform.loadKernel('simd128')
    const withoutMemory = (options: Parameters<EngineFactory>[0]) => {
      const { Memory } = WebAssembly
      WebAssembly.Memory = class {
        constructor() {
          throw new RangeError('could not allocate memory')
        }
      } as never
      try {
        return createWasmEngine(options, { build: 'simd128', multiply: 'dot', module })
      } finally {
        WebAssembly.Memory = Memory
      }
    }
    expectHrmError(() => engineFor(withoutMemory, tinyModel(CANDIDATES)), 'engine_unavailable', 'allocate memory')
  })
})

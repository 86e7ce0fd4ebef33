import { HrmError } from '../../errors.ts'
import { dot4 } from '../../numerics/float.ts'
import type { Layer, Model } from '../../weights/model.ts'
import { checkGeometry, checkMemory, checkSlot, checkStep, checkTokens, floatsOf, leastMemory } from '../checks.ts'
import type { Engine, EngineOptions, Geometry } from '../engine.ts'
import { type Product, type Rows, runLayer, type Trace } from './layer.ts'

const f = Math.fround

interface Slot {
  zH: Float32Array
  zL: Float32Array
  /** Input embedding, `[prefix + tokens][hidden]`. */
  x: Float32Array
  puzzle: number
  logits: Float32Array
  q: number[]
}

/**
 * The executable specification: docs/numerics.md in plain TypeScript. Some fifty times slower than wasm.
 * @param trace for comparing with another implementation, of every step
 * @param product for comparing with one that does not quantise activations
 */
export function createReferenceEngine(
  { model, geometry, slots: count }: EngineOptions,
  trace?: Trace,
  product?: Product,
): Engine {
  checkGeometry(model, geometry)
  checkMemory(leastMemory(model, geometry, count), count)
  const { config } = model
  const d = config.hidden_size
  const { tokens } = geometry
  const all = config.puzzle_emb_len + tokens
  const slots: Slot[] = Array.from({ length: count }, () => ({
    zH: new Float32Array(all * d),
    zL: new Float32Array(all * d),
    x: new Float32Array(all * d),
    puzzle: 0,
    logits: new Float32Array(tokens * config.output_size),
    q: new Array<number>(config.q_outputs).fill(0),
  }))
  let disposed = false
  const refuseDisposed = () => {
    if (disposed) throw new HrmError('disposed', 'the engine was disposed')
  }
  const at = (slot: number): Slot => {
    refuseDisposed()
    checkSlot(slot, count)
    return slots[slot]
  }

  const readCarry = (slot: number): Float32Array => {
    const { zH, zL } = at(slot)
    const carry = new Float32Array(2 * all * d)
    carry.set(zH)
    carry.set(zL, all * d)
    return carry
  }

  return {
    backend: 'reference',
    build: 'typescript',
    slots: count,
    tokens,
    outputSize: config.output_size,
    carrySize: 2 * all * d,
    start(slot, input, from, puzzle = 0) {
      const s = at(slot)
      const carry = floatsOf(from)
      checkTokens(model, geometry, input, carry, 2 * all * d, puzzle)
      s.puzzle = puzzle
      embed(model, input, puzzle, s.x)
      for (let t = 0; t < all; t++) {
        s.zH.set(carry ? carry.subarray(t * d, (t + 1) * d) : model.hInit, t * d)
        s.zL.set(carry ? carry.subarray((all + t) * d, (all + t + 1) * d) : model.lInit, t * d)
      }
    },
    setTokens(slot, input) {
      const s = at(slot)
      checkTokens(model, geometry, input, undefined, 0, s.puzzle)
      embed(model, input, s.puzzle, s.x)
    },
    saveCarry: readCarry,
    releaseCarry() {},
    readCarry,
    step(list, finished) {
      refuseDisposed()
      checkStep(list, count)
      for (const slot of list) {
        const s = slots[slot]
        trace?.('x', s.x)
        runCycle(model, geometry, s, 0, trace, product)
        for (let h = 1; h < config.H_cycles && !finished?.(slot); h++) runCycle(model, geometry, s, h, trace, product)
      }
    },
    logits: (slot) => at(slot).logits,
    q: (slot) => at(slot).q,
    dispose() {
      disposed = true
    },
  }
}

function embed(model: Model, tokens: Uint8Array, puzzle: number, x: Float32Array): void {
  const { hidden_size: d, puzzle_emb_len: prefix, embed_scale: embedScale } = model.config
  const scale = f(embedScale)
  const sources: Float32Array[] = []
  for (let p = 0; p < prefix; p++) sources.push(model.puzzleEmb!.subarray((puzzle * prefix + p) * d))
  for (const token of tokens) sources.push(model.embedTokens.subarray(token * d))
  sources.forEach((row, t) => {
    for (let i = 0; i < d; i++) {
      const v = model.embedPos ? f(f(Math.SQRT1_2) * f(row[i] + model.embedPos[t * d + i])) : row[i]
      x[t * d + i] = scale * v
    }
  })
}

/** The H cycle `h` of a step, heads included. */
function runCycle(model: Model, geometry: Geometry, s: Slot, h: number, trace?: Trace, product?: Product): void {
  const { L_cycles } = model.config
  const under = (prefix: string): Trace | undefined => trace && ((name, values) => trace(`${prefix}.${name}`, values))
  for (let l = 0; l < L_cycles; l++) {
    const injection = s.zH.map((v, i) => v + s.x[i])
    runLevel(model, geometry, model.L, s.zL, injection, under(`L_level.cycle${h * L_cycles + l}`), product)
  }
  runLevel(model, geometry, model.H, s.zH, s.zL, under(`H_level.cycle${h}`), product)
  readHeads(model, geometry.tokens, s)
}

function runLevel(
  { config, rope }: Model,
  { tables }: Geometry,
  layers: readonly Layer[],
  z: Float32Array,
  injection: Float32Array,
  trace: Trace | undefined,
  product: Product | undefined,
): void {
  for (let i = 0; i < z.length; i++) z[i] = z[i] + injection[i]
  const rows: Rows = { cols: config.hidden_size, data: z }
  layers.forEach((layer, i) => {
    runLayer(
      rows,
      layer,
      config,
      tables,
      rope,
      trace && ((name, values) => trace(`layers.${i}.${name}`, values)),
      product,
    )
  })
}

function readHeads({ config, lmHead, qHead }: Model, tokens: number, s: Slot): void {
  const { hidden_size: d, puzzle_emb_len: prefix, output_size: outputs } = config
  for (let t = 0; t < tokens; t++) {
    for (let v = 0; v < outputs; v++) s.logits[t * outputs + v] = dot4(s.zH, (prefix + t) * d, lmHead, v * d, d)
  }
  const pool = new Float32Array(d)
  if (config.q_pool === 'first') pool.set(s.zH.subarray(0, d))
  else {
    const all = prefix + tokens
    for (let t = 0; t < all; t++) for (let i = 0; i < d; i++) pool[i] = pool[i] + s.zH[t * d + i]
    for (let i = 0; i < d; i++) pool[i] = pool[i] / all
  }
  for (let i = 0; i < config.q_outputs; i++) s.q[i] = f(dot4(pool, 0, qHead.weight, i * d, d) + qHead.bias[i])
}

import type * as Ort from 'onnxruntime-web'
import { checkGeometry, checkSlot, checkStep, checkTokens, floatsOf } from '../../src/engines/checks.ts'
import type { Engine, EngineOptions } from '../../src/engines/engine.ts'
import { stepGraph } from '../../src/engines/webgpu/step-graph.ts'
import { cpuListAttention } from '../bench/cpu-attention.ts'
import { type OrtModule, repeat } from '../bench/ort-step.ts'

interface Slot {
  tokens: Int32Array
  puzzle: number
  /** `[n * hidden]` each. */
  zH: Float32Array
  zL: Float32Array
  logits: Float32Array
  q: number[]
}

/**
 * The engine of src/engines/reference/float-engine.ts, fast enough for hundreds of boards: the same numbers up to rounding
 * (int8 weights times their scales, activations not rounded) from ONNX Runtime's f32 CPU kernels, one board a run. It
 * calls itself `reference`, for it is in nobody's package.
 */
export function createOrtFloatEngine({ model, geometry, slots: count }: EngineOptions, ort: OrtModule): Engine {
  checkGeometry(model, geometry)
  const { config, hInit, lInit } = model
  const d = config.hidden_size
  const { tokens } = geometry
  const n = config.puzzle_emb_len + tokens
  const carrySize = 2 * n * d
  const attention = config.attention === 'lists' ? cpuListAttention(1, 'matmul') : undefined
  const session = ort.InferenceSession.create(stepGraph({ model, geometry, attention }), { logSeverityLevel: 3 })
  session.catch(() => {}) // whoever steps is told
  const slots: Slot[] = Array.from({ length: count }, () => ({
    tokens: new Int32Array(tokens),
    puzzle: 0,
    zH: new Float32Array(n * d),
    zL: new Float32Array(n * d),
    logits: new Float32Array(tokens * config.output_size),
    q: new Array<number>(config.q_outputs).fill(0),
  }))
  const at = (slot: number): Slot => {
    checkSlot(slot, count)
    return slots[slot]
  }
  const readCarry = (slot: number): Float32Array => {
    const carry = new Float32Array(carrySize)
    carry.set(at(slot).zH)
    carry.set(at(slot).zL, n * d)
    return carry
  }
  const step = async (running: Ort.InferenceSession, slot: Slot): Promise<void> => {
    const state = (rows: Float32Array) => new ort.Tensor('float32', rows, [1, n, d])
    const result = await running.run({
      tokens: new ort.Tensor('int32', slot.tokens, [1, tokens]),
      ...(config.puzzle_emb_len > 0 && { puzzle: new ort.Tensor('int32', Int32Array.of(slot.puzzle), [1]) }),
      z_H: state(slot.zH),
      z_L: state(slot.zL),
    })
    const floats = (name: string) => result[name].data as Float32Array
    slot.zH = floats('z_H_out')
    slot.zL = floats('z_L_out')
    slot.logits = floats('logits')
    slot.q = Array.from(floats('q'))
  }

  return {
    backend: 'reference',
    build: 'onnxruntime-web f32',
    slots: count,
    tokens,
    outputSize: config.output_size,
    carrySize,
    start(slot, input, from, puzzle = 0) {
      const board = at(slot)
      const carry = floatsOf(from)
      checkTokens(model, geometry, input, carry, carrySize, puzzle)
      board.tokens.set(input)
      board.puzzle = puzzle
      board.zH = carry ? carry.slice(0, n * d) : repeat(hInit, n)
      board.zL = carry ? carry.slice(n * d) : repeat(lInit, n)
    },
    setTokens(slot, input) {
      const board = at(slot)
      checkTokens(model, geometry, input, undefined, 0, board.puzzle)
      board.tokens.set(input)
    },
    saveCarry: readCarry,
    releaseCarry() {},
    readCarry,
    async step(list) {
      checkStep(list, count)
      const running = await session
      for (const slot of list) await step(running, slots[slot])
    },
    logits: (slot) => at(slot).logits,
    q: (slot) => at(slot).q,
    dispose() {
      session.then((running) => running.release()).catch(() => {})
    },
  }
}

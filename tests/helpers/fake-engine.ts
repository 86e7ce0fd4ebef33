import { checkSlot, checkStep } from '../../src/engines/checks.ts'
import type { Backend, Engine, EngineOptions } from '../../src/engines/engine.ts'
import { HrmError } from '../../src/errors.ts'

/** What a fake engine answers with: it fills in the logits `[tokens][outputSize]` of one board after one H cycle. */
export interface Thought {
  readonly slot: number
  readonly tokens: Uint8Array
  /** Steps of this slot since it was last started. */
  readonly step: number
  /** H cycle of this step, from 1. */
  readonly cycle: number
  readonly logits: Float32Array
  readonly q: number[]
}

export interface FakeEngine extends Engine {
  backend: Backend
  /** The slots of every step so far. */
  readonly calls: number[][]
  disposed: boolean
}

/** An engine without a model: fast, and as wrong as a test wants. Its carry is its step count. */
export function fakeEngine(
  { model, geometry, slots }: EngineOptions,
  think: (thought: Thought) => void | Promise<void>,
): FakeEngine {
  const { output_size: outputSize, q_outputs: qOutputs } = model.config
  const held = Array.from({ length: slots }, () => ({
    tokens: new Uint8Array(geometry.tokens),
    step: 0,
    logits: new Float32Array(geometry.tokens * outputSize),
    q: new Array<number>(qOutputs).fill(0),
  }))
  const at = (slot: number) => {
    if (engine.disposed) throw new HrmError('disposed', 'the engine was disposed')
    checkSlot(slot, slots)
    return held[slot]
  }
  const engine: FakeEngine = {
    calls: [],
    disposed: false,
    backend: 'reference',
    build: 'fake',
    slots,
    tokens: geometry.tokens,
    outputSize,
    carrySize: 2 * (model.config.puzzle_emb_len + geometry.tokens) * model.config.hidden_size,
    start(slot, tokens, carry) {
      // A noised start is no carry that this engine gave out.
      const step = carry instanceof Float32Array && Number.isInteger(carry[0]) ? carry[0] : 0
      Object.assign(at(slot), { tokens: tokens.slice(), step })
    },
    setTokens(slot, tokens) {
      at(slot).tokens = tokens.slice()
    },
    saveCarry: (slot) => new Float32Array(engine.carrySize).fill(at(slot).step),
    releaseCarry() {},
    readCarry: (slot) => engine.saveCarry(slot) as Float32Array,
    async step(list, finished) {
      for (const slot of list) at(slot)
      checkStep(list, slots)
      engine.calls.push([...list])
      for (const slot of list) {
        const board = held[slot]
        board.step++
        await think({ slot, ...board, cycle: 1 })
        for (let cycle = 2; cycle <= model.config.H_cycles && !finished?.(slot); cycle++) {
          await think({ slot, ...board, cycle })
        }
      }
    },
    logits: (slot) => at(slot).logits,
    q: (slot) => at(slot).q,
    dispose() {
      engine.disposed = true
    },
  }
  return engine
}

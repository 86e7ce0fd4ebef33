import type { Engine } from '../engines/engine.ts'

/** One slot of an engine, as a solve sees it. */
export interface Slot {
  start(tokens: Uint8Array, carry?: Float32Array): void
  setTokens(tokens: Uint8Array): void
  readCarry(): Float32Array
  logits(): Float32Array
  q(): readonly number[]
}

export function bindSlot(engine: Engine, slot: number): Slot {
  return {
    start: (tokens, carry) => engine.start(slot, tokens, carry),
    setTokens: (tokens) => engine.setTokens(slot, tokens),
    readCarry: () => engine.readCarry(slot),
    logits: () => engine.logits(slot),
    q: () => engine.q(slot),
  }
}

import type { SlotPool } from './slot-pool.ts'

/** One slot of an engine, as a solve sees it. */
export interface Slot {
  start(tokens: Uint8Array, carry?: Float32Array): void
  setTokens(tokens: Uint8Array): void
  readCarry(): Float32Array
  logits(): Float32Array
  q(): readonly number[]
}

export function bindSlot({ engine, guard }: SlotPool, slot: number): Slot {
  return {
    start: (tokens, carry) => guard(() => engine.start(slot, tokens, carry)),
    setTokens: (tokens) => guard(() => engine.setTokens(slot, tokens)),
    readCarry: () => guard(() => engine.readCarry(slot)),
    logits: () => guard(() => engine.logits(slot)),
    q: () => guard(() => engine.q(slot)),
  }
}

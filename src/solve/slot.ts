import type { Carry } from '../engines/engine.ts'
import type { SlotPool } from './slot-pool.ts'

/** One slot of an engine, as a solve sees it. */
export interface Slot {
  /** Bytes of a carry. */
  readonly carryBytes: number
  start(tokens: Uint8Array, carry?: Carry): void
  setTokens(tokens: Uint8Array): void
  saveCarry(): Carry
  releaseCarry(carry: Carry): void
  logits(): Float32Array
  q(): readonly number[]
}

export function bindSlot({ engine, guard }: SlotPool, slot: number): Slot {
  return {
    carryBytes: Float32Array.BYTES_PER_ELEMENT * engine.carrySize,
    start: (tokens, carry) => guard(() => engine.start(slot, tokens, carry)),
    setTokens: (tokens) => guard(() => engine.setTokens(slot, tokens)),
    saveCarry: () => guard(() => engine.saveCarry(slot)),
    releaseCarry: (carry) => guard(() => engine.releaseCarry(carry)),
    logits: () => guard(() => engine.logits(slot)),
    q: () => guard(() => engine.q(slot)),
  }
}

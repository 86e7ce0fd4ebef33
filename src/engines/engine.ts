import type { Model } from '../weights/model.ts'

/**
 * What computes: `wasm` is the fast one everywhere, `reference` the slow one that specifies it, `webgpu` for batches.
 *
 * @example
 * const solver = await createSolver({ backend: 'wasm' })
 */
export type Backend = 'reference' | 'wasm' | 'webgpu'

/**
 * One attention list per head: row-major `[tokens][width]` token indices, -1 for none.
 * Several heads may share one table object.
 */
export interface AttentionTable {
  readonly width: number
  readonly indices: Int32Array
}

/** What an engine needs to know of the board: how many tokens, and who reads whom. */
export interface Geometry {
  /** Tokens of one board, the puzzle-embedding prefix not counted. */
  readonly tokens: number
  /** One table per head; empty for full attention. */
  readonly tables: readonly AttentionTable[]
}

export interface EngineOptions {
  model: Model
  geometry: Geometry
  /** Boards held at once. */
  slots: number
}

/** States that an engine keeps where it computes, on a GPU say. Only that engine can go on from them. */
export interface KeptCarry {
  readonly kept: symbol
}

/** The states of one board: floats `[carrySize]`, z_H first, then z_L, or what `saveCarry` gave. */
export type Carry = Float32Array | KeptCarry

/**
 * Runs ACT steps of one model on up to `slots` boards. Slots are independent: a board's numbers do not depend on
 * which slot it is in or on what the others hold. Same bits in every engine but webgpu (docs/numerics.md).
 */
export interface Engine {
  readonly backend: Backend
  /** Which build runs, for people: `relaxed`, `simd128`, `typescript`, an adapter's name. */
  readonly build: string
  readonly slots: number
  readonly tokens: number
  /** Logits per token. */
  readonly outputSize: number
  /** Floats of a carry: `2 * (puzzle_emb_len + tokens) * hidden_size`; z_H first, then z_L. */
  readonly carrySize: number

  /**
   * Puts a board into a slot. Without `carry` both states start at H_init and L_init.
   * @param tokens input token of every position, `[tokens]`
   * @param carry floats of any origin, or what this engine's `saveCarry` gave
   * @param puzzle row of the puzzle embedding, 0 by default
   */
  start(slot: number, tokens: Uint8Array, carry?: Carry, puzzle?: number): void
  /** Changes the input and keeps the carry: how a tentative given is added. */
  setTokens(slot: number, tokens: Uint8Array): void
  /**
   * Puts a copy of the slot's carry aside, for any number of later starts in any slot. It is good until it is released
   * or its slot is started afresh (without a carry or from floats), so that what a finished board left takes no memory.
   */
  saveCarry(slot: number): Carry
  releaseCarry(carry: Carry): void
  /** Copies out the slot's carry. */
  readCarry(slot: number): Float32Array | Promise<Float32Array>
  /**
   * One ACT step for the slots named, each at most once.
   * @param finished asked between two H cycles of a slot, when `logits` and `q` are those of the cycle that ended: whether to
   *   leave out the others. What the slot then holds is a state within a step: it is to be started anew. An engine that
   *   cannot stop there (webgpu) does not ask.
   * @param goOn throws to end a step that takes as long as many, since what a GPU has lost is computed again. Other steps do
   *   not ask.
   */
  step(slots: readonly number[], finished?: (slot: number) => boolean, goOn?: () => void): void | Promise<void>
  /** `[tokens][outputSize]`, a view that is good until the next `step` or `start`. */
  logits(slot: number): Float32Array
  /** Raw halting values (logits of Q-halt, Q-continue). */
  q(slot: number): readonly number[]
  dispose(): void
}

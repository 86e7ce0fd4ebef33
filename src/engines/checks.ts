import { HrmError } from '../errors.ts'
import type { ModelConfig } from '../weights/config.ts'
import type { Model } from '../weights/model.ts'
import type { Carry, Geometry } from './engine.ts'

/** Bound of a carry's floats; keeps all arithmetic finite (docs/numerics.md, last section). */
const MAX_CARRY = 2 ** 20

// What every engine checks before it touches memory, so that all of them refuse the same calls in the same words.

/** @throws HrmError `task_mismatch` */
export function checkGeometry(model: Model, geometry: Geometry): void {
  const { config } = model
  const { tokens, tables } = geometry
  if (tables.length !== config.lists.length) {
    throw new HrmError(
      'task_mismatch',
      `the model has ${config.lists.length} attention lists, the board ${tables.length}`,
    )
  }
  checkPositions(config, tokens)
  const { listBias } = model.H[0]
  for (const { width, indices } of tables) {
    if (indices.length !== tokens * width || indices.some((i) => i < -1 || i >= tokens)) {
      throw new HrmError('task_mismatch', 'an attention list does not fit the board')
    }
    if (listBias) checkBias(listBias.length / config.num_heads, width)
  }
}

/** @throws HrmError `task_mismatch` where the model has no positions for so many tokens */
export function checkPositions({ attention, pos_encodings, seq_len }: ModelConfig, tokens: number): void {
  if (attention === 'full' && pos_encodings !== 'none' && tokens !== seq_len) {
    throw new HrmError('task_mismatch', `the model has positions for ${seq_len} tokens, the board has ${tokens}`)
  }
}

/** @throws HrmError `task_mismatch` for lists wider than the model's bias for them */
export function checkBias(biasWidth: number, width: number): void {
  if (width > biasWidth) {
    throw new HrmError(
      'task_mismatch',
      `the model has a bias for lists of ${biasWidth}, the board has lists of ${width}`,
    )
  }
}

/** What one engine may take: a 32-bit memory ends at 4 GiB, and hosts refuse well before. */
const MAX_BYTES = 2 ** 30

/** @throws HrmError `engine_unavailable` over 1 GiB */
export function checkMemory(bytes: number, slots: number): void {
  if (bytes > MAX_BYTES) {
    throw new HrmError(
      'engine_unavailable',
      `this model and board need ${Math.ceil(bytes / 2 ** 20)} MiB for ${slots} slots, more than 1 GiB`,
    )
  }
}

/**
 * Bytes of what grows with the board: states, and lists; to be checked before anything of its size is made.
 * @param packed bytes that an engine takes for every place of a list, beside the table's own
 */
export function leastMemory({ config }: Model, { tokens, tables }: Geometry, slots: number, packed = 0): number {
  const rows = config.puzzle_emb_len + tokens
  const states = 3 * rows * config.hidden_size + tokens * config.output_size
  const lists = [...new Set(tables)].reduce((sum, { width }) => sum + tokens * width, 0)
  return 4 * slots * states + (4 + packed) * lists
}

/** @throws HrmError `option_invalid` */
export function checkSlot(slot: number, slots: number): void {
  if (!Number.isInteger(slot) || slot < 0 || slot >= slots) {
    throw new HrmError('option_invalid', `slot ${slot} is not within 0..${slots - 1}`)
  }
}

/** @throws HrmError `option_invalid` */
export function checkStep(list: readonly number[], slots: number): void {
  for (const slot of list) checkSlot(slot, slots)
  if (new Set(list).size < list.length) throw new HrmError('option_invalid', 'a step names a slot twice')
}

/** For engines that keep every carry as floats. @throws HrmError `option_invalid` */
export function floatsOf(carry: Carry | undefined): Float32Array | undefined {
  if (carry === undefined || carry instanceof Float32Array) return carry
  throw new HrmError('option_invalid', 'the carry was saved by another engine')
}

/** @throws HrmError `option_invalid` */
export function checkTokens(
  model: Model,
  geometry: Geometry,
  tokens: Uint8Array,
  carry: Float32Array | undefined,
  carrySize: number,
  puzzle: number,
): void {
  const { vocab_size: vocab, num_puzzle_identifiers: puzzles } = model.config
  if (tokens.length !== geometry.tokens) {
    throw new HrmError('option_invalid', `${tokens.length} tokens given, the board has ${geometry.tokens}`)
  }
  const bad = tokens.findIndex((t) => t >= vocab)
  if (bad >= 0) throw new HrmError('option_invalid', `token ${tokens[bad]} at ${bad} is not within 0..${vocab - 1}`)
  if (carry && (carry.length !== carrySize || !carry.every((v) => Math.abs(v) <= MAX_CARRY))) {
    throw new HrmError('option_invalid', `a carry is ${carrySize} floats within +-${MAX_CARRY}`)
  }
  if (!Number.isInteger(puzzle) || puzzle < 0 || puzzle >= Math.max(1, puzzles)) {
    throw new HrmError('option_invalid', `puzzle ${puzzle} is not within 0..${Math.max(1, puzzles) - 1}`)
  }
}

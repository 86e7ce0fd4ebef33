import { HrmError } from '../errors.ts'
import type { ModelConfig } from '../weights/config.ts'
import { type BoardShape, listWidth, seenShape, tokensOf } from './lists.ts'

// What a model may ask of a machine on one board. Sizes are bounded one by one in a config, which says little of their
// products: a file of 3 KB could keep a thread, deaf to aborts, for hours of a single ACT step.

/** Tokens times places of all lists, a list that several heads read counted once; in full attention every token has all. */
const MAX_ENTRIES = 2 ** 24

/** Multiply-adds of a step: half a minute on one core. The official model takes 2^36.7 on 900 tokens. */
const MAX_STEP = 2 ** 39

/** One exponential, and what else a place of a list takes, in multiply-adds of a matrix. */
const EXPONENTIAL = 128

/** Why boards of this shape are too large for a model, or undefined where they are not. */
export function excessOf(config: ModelConfig, shape: BoardShape): string | undefined {
  const entries = entriesOf(config, shape)
  if (entries > MAX_ENTRIES) return `attention over ${entries} places, more than ${MAX_ENTRIES}`
  const step = stepOf(config, shape)
  if (step > MAX_STEP) return `${step} multiply-adds in a step, more than ${MAX_STEP}`
  return undefined
}

/** @throws HrmError `task_mismatch` for a board that is too large */
export function checkBoardSize(config: ModelConfig, shape: BoardShape): void {
  const excess = excessOf(config, shape)
  if (excess) throw new HrmError('task_mismatch', `a board of ${shape.rows} x ${shape.cols} has ${excess}`)
}

function entriesOf(config: ModelConfig, shape: BoardShape): number {
  const rows = rowsOf(config, shape)
  if (config.attention === 'full') return rows * rows
  const seen = seenShape(config, shape)
  return [...new Set(config.lists)].reduce((sum, name) => sum + rows * listWidth(name, seen), 0)
}

function stepOf(config: ModelConfig, shape: BoardShape): number {
  const { hidden_size: hidden, intermediate_size: inter, num_heads: heads } = config
  const layers = config.H_cycles * (config.L_cycles * config.L_layers + config.H_layers)
  const rows = rowsOf(config, shape)
  const seen = seenShape(config, shape)
  const places =
    config.attention === 'full' ? heads * rows : config.lists.reduce((sum, name) => sum + listWidth(name, seen), 0)
  const matrices = hidden * (4 * hidden + 3 * inter)
  return layers * rows * (matrices + places * ((2 * hidden) / heads + EXPONENTIAL))
}

const rowsOf = (config: ModelConfig, shape: BoardShape): number => config.puzzle_emb_len + tokensOf(config, shape)

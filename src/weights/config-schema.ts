import * as z from 'zod/mini'
import english from 'zod/v4/locales/en.js'
import { HrmError } from '../errors.ts'
import { excessOf } from '../tasks/board-limits.ts'
import { tokensOf, trainedShape } from '../tasks/lists.ts'
import { MAZE_SYMBOLS } from '../tasks/maze/parse.ts'
import { symbolName } from '../tasks/sudoku/parse.ts'
import type { ModelCard } from './card.ts'
import type { ModelConfig } from './config.ts'
import { parseObject } from './safetensors.ts'

// Upper limits keep every size product below 2^53 and every float product finite: docs/numerics.md, last section.
const size = (max: number, min = 1) => z.int().check(z.minimum(min), z.maximum(max))
/** Of both levels: the names of their tensors have to fit a header of 64 KiB, biases and a long card included. */
const MAX_LAYERS = 48
const multipleOf4 = (max: number) => size(max, 4).check(z.multipleOf(4))

const task = z.strictObject({
  name: z.string().check(z.regex(/^[a-z0-9][a-z0-9-]{0,63}$/)),
  kind: z.enum(['sudoku', 'maze', 'grid']),
  rows: size(256),
  cols: size(256),
  box_rows: z.optional(size(16)),
  box_cols: z.optional(size(16)),
  walled: z.optional(z.literal(true)),
  // A line end is left out of a board as it is read. Half an emoji is refused anywhere in the text.
  symbols: z.array(z.string().check(z.maxLength(1), z.regex(/^[^\r\n]?$/))).check(z.maxLength(256)),
})

const config: z.ZodMiniType<ModelConfig> = z.strictObject({
  hidden_size: multipleOf4(4096),
  num_heads: size(64),
  intermediate_size: multipleOf4(4096),
  H_layers: size(MAX_LAYERS - 1),
  L_layers: size(MAX_LAYERS - 1),
  H_cycles: size(32),
  L_cycles: size(32),
  rms_norm_eps: z.number().check(z.minimum(1e-12), z.maximum(1)),
  embed_scale: z.number().check(z.positive(), z.maximum(64)),
  halt_max_steps: size(65536),
  vocab_size: size(256),
  output_size: size(256),
  token_kind: z.enum(['candidates', 'cells']),
  attention: z.enum(['lists', 'full']),
  lists: z.array(z.enum(['cell', 'row', 'column', 'box', 'neighbours', 'all'])),
  list_bias: z.boolean(),
  pos_encodings: z.enum(['none', 'rope', 'learned']),
  seq_len: size(65536),
  puzzle_emb_len: size(64, 0),
  num_puzzle_identifiers: size(65536, 0),
  q_pool: z.enum(['mean', 'first']),
  q_outputs: size(2),
  task,
})

// Not z.int(), which refuses seeds above 2^53; nor z.multipleOf(1), which takes what is all but whole.
const whole = z.number().check(z.refine(Number.isInteger, 'Invalid input: expected a whole number'))

const card: z.ZodMiniType<ModelCard> = z.looseObject({
  // It stands in what people read: no control characters, which a terminal would obey.
  name: z.string().check(z.minLength(1), z.maxLength(200), z.regex(/^\P{Cc}+$/u)),
  license: z.optional(z.string()),
  data: z.optional(z.array(z.looseObject({ name: z.string(), source: z.string(), rows: z.optional(whole) }))),
  regime: z.optional(z.string()),
  steps: z.optional(whole),
  hours: z.optional(z.number()),
  hardware: z.optional(z.string()),
  seed: z.optional(whole),
  commit: z.optional(z.string()),
  parameters: z.optional(whole),
  scores: z.optional(
    z.array(
      z.looseObject({
        data: z.string(),
        n: whole,
        max_steps: whole,
        raw_exact: z.optional(z.number()),
        solved: z.optional(z.number()),
        wrong: z.optional(whole),
        date: z.string(),
        engine: z.string(),
        mean_steps: z.optional(z.number()),
        p50_steps: z.optional(z.number()),
        p99_steps: z.optional(z.number()),
        halting_precision: z.optional(z.number()),
        halting_recall: z.optional(z.number()),
        solved_within: z.optional(z.record(z.string(), z.number())),
      }),
    ),
  ),
  notes: z.optional(z.string()),
})

// Without a locale zod/mini says only "Invalid input".
const { localeError } = english()

function check<T>(schema: z.ZodMiniType<T>, text: string | undefined, what: string): T {
  if (text === undefined) throw new HrmError('weights_config', `__metadata__ has no ${what}`)
  const result = schema.safeParse(parseObject(text, what, 'weights_config'), { error: localeError })
  if (result.success) return result.data
  const { path, message } = result.error.issues[0]
  throw new HrmError('weights_config', `${what}${path.map((p) => `.${String(p)}`).join('')}: ${message}`)
}

/** @throws HrmError `weights_config` naming the field, `weights_duplicate_key` */
export function parseCard(text: string | undefined): ModelCard {
  return check(card, text, 'hrm.card')
}

/** @throws HrmError `weights_config` naming the field, `weights_duplicate_key` */
export function parseConfig(text: string | undefined): ModelConfig {
  const c = check(config, text, 'hrm.config')
  const ensure = (ok: boolean, message: string) => {
    if (!ok) throw new HrmError('weights_config', `hrm.config: ${message}`)
  }
  ensure(c.H_layers + c.L_layers <= MAX_LAYERS, `H_layers and L_layers are more than ${MAX_LAYERS} together`)
  const headDim = c.hidden_size / c.num_heads
  ensure(Number.isInteger(headDim), 'hidden_size is no multiple of num_heads')
  ensure(headDim % 4 === 0 && headDim <= 256, `head size ${headDim} is no multiple of 4 up to 256`)
  ensure(c.pos_encodings !== 'rope' || headDim % 8 === 0, 'rope needs a head size that is a multiple of 8')
  ensure(
    c.lists.length === (c.attention === 'lists' ? c.num_heads : 0),
    'lists must name one list per head, or none for full attention',
  )
  ensure(c.attention === 'lists' || !c.list_bias, 'list_bias needs list attention')
  ensure(c.attention === 'full' || c.puzzle_emb_len === 0, 'a puzzle-embedding prefix needs full attention')
  ensure(c.attention === 'full' || c.pos_encodings === 'none', 'list attention takes no position encoding')
  ensure(c.puzzle_emb_len > 0 === c.num_puzzle_identifiers > 0, 'puzzle_emb_len and num_puzzle_identifiers go together')
  checkTask(c, ensure)
  const excess = excessOf(c, trainedShape(c))
  ensure(excess === undefined, `the board has ${excess}`)
  return c
}

function checkTask(c: ModelConfig, ensure: (ok: boolean, message: string) => void): void {
  const { kind, rows, cols, box_rows: boxRows, box_cols: boxCols, walled, symbols } = c.task
  if (kind === 'sudoku') {
    ensure(boxRows !== undefined && boxCols !== undefined, 'task: a sudoku needs box_rows and box_cols')
    ensure(
      rows === cols && rows === boxRows! * boxCols! && rows <= 25,
      'task: rows and cols must be box_rows * box_cols, at most 25',
    )
  } else {
    ensure(boxRows === undefined && boxCols === undefined, 'task: only a sudoku has boxes')
  }
  ensure(kind === 'maze' || !walled, 'task: only a maze is walled')
  if (c.token_kind === 'candidates') {
    ensure(kind === 'sudoku', 'candidates are known for sudoku only')
    ensure(
      c.vocab_size === 3 && c.output_size === 1 && symbols.length === 0,
      'candidates have 3 inputs, 1 output and no symbols',
    )
    ensure(c.seq_len === rows * cols * rows, 'seq_len is not one token per candidate')
    ensure(!c.lists.some((l) => l === 'neighbours' || l === 'all'), 'candidates have the lists cell, row, column, box')
  } else {
    ensure(
      c.vocab_size === symbols.length && c.output_size === symbols.length,
      'vocab_size and output_size must count the symbols',
    )
    ensure(c.seq_len === tokensOf(c, trainedShape(c)), 'seq_len is not one token per cell that is seen')
    const used = symbols.filter((s) => s !== '')
    // At most 255: boards hold symbols as bytes, counted from 1.
    ensure(
      new Set(used).size === used.length && used.length >= 2 && used.length <= 255,
      'task: symbols must be distinct, and 2 to 255',
    )
    ensure(!c.lists.includes('cell') && (kind === 'sudoku' || !c.lists.includes('box')), 'a list does not fit the task')
    if (kind === 'maze') {
      ensure(
        symbols.join() === MAZE_SYMBOLS.join(),
        `task: a maze has the symbols ${MAZE_SYMBOLS.map((s) => JSON.stringify(s)).join(', ')}`,
      )
    }
    if (kind === 'sudoku') {
      const needed = ['.', ...Array.from({ length: rows }, (_, i) => symbolName(i + 1))]
      const lacking = needed.find((symbol) => !symbols.includes(symbol))
      ensure(lacking === undefined, `task: a Sudoku needs the symbol ${JSON.stringify(lacking)}`)
    }
  }
}

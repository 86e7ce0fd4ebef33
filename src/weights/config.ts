/**
 * A puzzle as data: docs/format.md.
 *
 * @example
 * const { rows, cols } = solver.model.config.task
 */
export interface TaskConfig {
  name: string
  kind: 'sudoku' | 'maze' | 'grid'
  rows: number
  cols: number
  /** Only for `sudoku`. */
  box_rows?: number
  box_cols?: number
  /** Only for `maze`: the model sees the board within a ring of walls. */
  walled?: true
  /** Vocabulary of `cells` models in order; `""` for entries no board uses. Empty for `candidates`. */
  symbols: string[]
}

/**
 * Whom a token reads in list attention.
 *
 * @example
 * const heads: ListName[] = ['cell', 'row', 'column', 'box']
 */
export type ListName = 'cell' | 'row' | 'column' | 'box' | 'neighbours' | 'all'

/**
 * `hrm.config`, with the names of the official HRM config where it has one.
 *
 * @example
 * const { hidden_size, H_cycles, L_cycles } = solver.model.config
 */
export interface ModelConfig {
  hidden_size: number
  num_heads: number
  intermediate_size: number
  H_layers: number
  L_layers: number
  H_cycles: number
  L_cycles: number
  rms_norm_eps: number
  embed_scale: number
  halt_max_steps: number
  vocab_size: number
  output_size: number
  token_kind: 'candidates' | 'cells'
  attention: 'lists' | 'full'
  /** One list name per head; empty for full attention. */
  lists: ListName[]
  list_bias: boolean
  pos_encodings: 'none' | 'rope' | 'learned'
  seq_len: number
  puzzle_emb_len: number
  num_puzzle_identifiers: number
  q_pool: 'mean' | 'first'
  q_outputs: number
  task: TaskConfig
}

/**
 * A puzzle as data, as the weights file has it.
 *
 * @example
 * const { rows, cols } = solver.model.config.task
 */
export interface TaskConfig {
  readonly name: string
  readonly kind: 'sudoku' | 'maze' | 'grid'
  readonly rows: number
  readonly cols: number
  /** Only for `sudoku`. */
  readonly box_rows?: number
  readonly box_cols?: number
  /** Only for `maze`: the model sees the board within a ring of walls. */
  readonly walled?: true
  /** Vocabulary of `cells` models in order; `""` for entries no board uses. Empty for `candidates`. */
  readonly symbols: readonly string[]
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
  readonly hidden_size: number
  readonly num_heads: number
  readonly intermediate_size: number
  readonly H_layers: number
  readonly L_layers: number
  readonly H_cycles: number
  readonly L_cycles: number
  readonly rms_norm_eps: number
  readonly embed_scale: number
  readonly halt_max_steps: number
  readonly vocab_size: number
  readonly output_size: number
  readonly token_kind: 'candidates' | 'cells'
  readonly attention: 'lists' | 'full'
  /** One list name per head; empty for full attention. */
  readonly lists: readonly ListName[]
  readonly list_bias: boolean
  readonly pos_encodings: 'none' | 'rope' | 'learned'
  readonly seq_len: number
  readonly puzzle_emb_len: number
  readonly num_puzzle_identifiers: number
  readonly q_pool: 'mean' | 'first'
  readonly q_outputs: number
  readonly task: TaskConfig
}

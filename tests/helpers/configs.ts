import type { ModelConfig } from '../../src/weights/config.ts'

// Models small enough to write, read and run thousands of times, one for every kind of part a model can have.

const small = {
  num_heads: 1,
  hidden_size: 4,
  intermediate_size: 4,
  H_layers: 1,
  L_layers: 1,
  H_cycles: 1,
  L_cycles: 1,
  rms_norm_eps: 1e-5,
  embed_scale: 1,
  halt_max_steps: 4,
  list_bias: false,
  pos_encodings: 'none',
  puzzle_emb_len: 0,
  num_puzzle_identifiers: 0,
  q_pool: 'mean',
  q_outputs: 1,
} as const

/** As few bytes as a model can have: two cells, one head, lists. */
export const SMALLEST: ModelConfig = {
  ...small,
  vocab_size: 2,
  output_size: 2,
  token_kind: 'cells',
  attention: 'lists',
  lists: ['row'],
  seq_len: 2,
  task: { name: 'pair', kind: 'grid', rows: 1, cols: 2, symbols: ['a', 'b'] },
}

/** The structured family: 4x4 Sudoku by candidates, 64 tokens. */
export const CANDIDATES: ModelConfig = {
  ...small,
  hidden_size: 16,
  num_heads: 4,
  intermediate_size: 24,
  H_layers: 2,
  L_layers: 1,
  L_cycles: 2,
  vocab_size: 3,
  output_size: 1,
  token_kind: 'candidates',
  attention: 'lists',
  lists: ['cell', 'row', 'column', 'box'],
  seq_len: 64,
  task: { name: 'sudoku', kind: 'sudoku', rows: 4, cols: 4, box_rows: 2, box_cols: 2, symbols: [] },
}

/** The same, of 9x9. */
export const CANDIDATES_9X9: ModelConfig = {
  ...CANDIDATES,
  seq_len: 729,
  task: { ...CANDIDATES.task, rows: 9, cols: 9, box_rows: 3, box_cols: 3 },
}

/** Mazes of 3 x 4 cells, and of any other size: every head reads the four neighbours. */
export const MAZE: ModelConfig = {
  ...small,
  hidden_size: 16,
  num_heads: 2,
  intermediate_size: 24,
  L_cycles: 2,
  list_bias: true,
  vocab_size: 5,
  output_size: 5,
  token_kind: 'cells',
  attention: 'lists',
  lists: ['neighbours', 'neighbours'],
  seq_len: 12,
  task: { name: 'maze', kind: 'maze', rows: 3, cols: 4, symbols: ['#', ' ', 'S', 'G', 'o'] },
}

/** Mazes of 4 x 3 cells within their ring of walls, with a bias for every place of rows, columns and the whole board. */
export const WALLED: ModelConfig = {
  ...MAZE,
  hidden_size: 12,
  num_heads: 3,
  lists: ['row', 'column', 'all'],
  seq_len: 30,
  task: { ...MAZE.task, rows: 4, cols: 3, walled: true },
}

/** The official family: full attention, RoPE, a puzzle-embedding prefix, both halting values from token 0. */
export const OFFICIAL: ModelConfig = {
  ...small,
  hidden_size: 16,
  num_heads: 2,
  intermediate_size: 32,
  H_cycles: 2,
  L_cycles: 2,
  embed_scale: 4,
  vocab_size: 6,
  output_size: 6,
  token_kind: 'cells',
  attention: 'full',
  lists: [],
  pos_encodings: 'rope',
  seq_len: 16,
  puzzle_emb_len: 2,
  num_puzzle_identifiers: 3,
  q_pool: 'first',
  q_outputs: 2,
  task: {
    name: 'sudoku',
    kind: 'sudoku',
    rows: 4,
    cols: 4,
    box_rows: 2,
    box_cols: 2,
    symbols: ['', '.', '1', '2', '3', '4'],
  },
}

/** The official family on 102 tokens: more than the kernels take through the matrices of a layer together. */
export const LONG: ModelConfig = {
  ...OFFICIAL,
  hidden_size: 8,
  num_heads: 1,
  intermediate_size: 12,
  H_cycles: 1,
  L_cycles: 1,
  seq_len: 100,
  task: { name: 'paths', kind: 'grid', rows: 10, cols: 10, symbols: ['', '.', '#', 'a', 'b', 'c'] },
}

/** Full attention with learned positions; sizes that fill no SIMD tile. */
export const LEARNED: ModelConfig = {
  ...small,
  hidden_size: 12,
  num_heads: 3,
  intermediate_size: 20,
  vocab_size: 5,
  output_size: 5,
  token_kind: 'cells',
  attention: 'full',
  lists: [],
  pos_encodings: 'learned',
  seq_len: 10,
  puzzle_emb_len: 1,
  num_puzzle_identifiers: 1,
  q_outputs: 2,
  task: { name: 'paths', kind: 'grid', rows: 2, cols: 5, symbols: ['', '.', '#', 'a', 'b'] },
}

/** Lists over cells with a bias, among them `neighbours` with its holes. */
export const GRID_LISTS: ModelConfig = {
  ...small,
  hidden_size: 24,
  num_heads: 6,
  intermediate_size: 20,
  vocab_size: 4,
  output_size: 4,
  token_kind: 'cells',
  attention: 'lists',
  lists: ['row', 'row', 'column', 'neighbours', 'neighbours', 'all'],
  list_bias: true,
  seq_len: 12,
  task: { name: 'paths', kind: 'grid', rows: 3, cols: 4, symbols: ['.', '#', 'a', 'b'] },
}

/** One cell without neighbours: every list holds only -1. */
export const ALONE: ModelConfig = {
  ...small,
  hidden_size: 8,
  num_heads: 2,
  vocab_size: 2,
  output_size: 2,
  token_kind: 'cells',
  attention: 'lists',
  lists: ['neighbours', 'neighbours'],
  seq_len: 1,
  task: { name: 'alone', kind: 'grid', rows: 1, cols: 1, symbols: ['.', 'a'] },
}

export const TINY_CONFIGS: Readonly<Record<string, ModelConfig>> = {
  smallest: SMALLEST,
  candidates: CANDIDATES,
  'candidates with bias': { ...CANDIDATES, list_bias: true },
  official: OFFICIAL,
  long: LONG,
  learned: LEARNED,
  'grid lists': GRID_LISTS,
  walled: WALLED,
  alone: ALONE,
}

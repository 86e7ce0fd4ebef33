import { createRandom } from '../../src/numerics/random.ts'
import type { ModelConfig } from '../../src/weights/config.ts'
import type { Int8Matrix, Layer, Model } from '../../src/weights/model.ts'

/** Shape of the official Sudoku HRM: 27 million parameters, one puzzle-embedding token before 81 cells. */
export const OFFICIAL_CONFIG: ModelConfig = {
  hidden_size: 512,
  num_heads: 8,
  intermediate_size: 1536,
  H_layers: 4,
  L_layers: 4,
  H_cycles: 2,
  L_cycles: 2,
  rms_norm_eps: 1e-5,
  embed_scale: Math.sqrt(512),
  halt_max_steps: 16,
  vocab_size: 11,
  output_size: 11,
  token_kind: 'cells',
  attention: 'full',
  lists: [],
  list_bias: false,
  pos_encodings: 'rope',
  seq_len: 81,
  puzzle_emb_len: 1,
  num_puzzle_identifiers: 1,
  q_pool: 'first',
  q_outputs: 2,
  task: {
    name: 'sudoku',
    kind: 'sudoku',
    rows: 9,
    cols: 9,
    box_rows: 3,
    box_cols: 3,
    symbols: ['', '.', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  },
}

/** A model of this shape with random weights, scaled like freshly initialised ones (1 / sqrt(fan-in)). */
export function randomModel(config: ModelConfig, seed = 1): Model {
  const random = createRandom(seed)
  const uniform = () => 2 * random.next() - 1
  const floats = (n: number, size: number) => Float32Array.from({ length: n }, () => size * uniform())
  const matrix = (rows: number, cols: number): Int8Matrix => ({
    rows,
    cols,
    data: Int8Array.from({ length: rows * cols }, () => Math.round(127 * uniform())),
    scale: Float32Array.from({ length: rows }, () => Math.sqrt(3 / cols) / 127),
  })
  const { hidden_size: d, intermediate_size: inter } = config
  const layer = (): Layer => ({
    qkv: matrix(3 * d, d),
    o: matrix(d, d),
    gateUp: matrix(2 * inter, d),
    down: matrix(d, inter),
  })
  const layers = (count: number) => Array.from({ length: count }, layer)
  return {
    config,
    card: { name: 'random' },
    bytes: 0,
    H: layers(config.H_layers),
    L: layers(config.L_layers),
    embedTokens: floats(config.vocab_size * d, 1 / config.embed_scale),
    rope: config.pos_encodings === 'rope' ? ropeTables(config) : undefined,
    puzzleEmb: config.puzzle_emb_len > 0 ? floats(config.puzzle_emb_len * d, 1 / config.embed_scale) : undefined,
    hInit: floats(d, 1),
    lInit: floats(d, 1),
    lmHead: floats(config.output_size * d, 1 / Math.sqrt(d)),
    qHead: { weight: floats(config.q_outputs * d, 1 / Math.sqrt(d)), bias: floats(config.q_outputs, 1) },
  }
}

/** Angles `position * 10000^(-2i / head_dim)`, each twice, as `rotary_emb` of the official code lays them out. */
function ropeTables({ hidden_size, num_heads, puzzle_emb_len, seq_len }: ModelConfig) {
  const dim = hidden_size / num_heads
  const length = (puzzle_emb_len + seq_len) * dim
  const angle = (i: number) => Math.floor(i / dim) * 10000 ** ((-2 * (i % (dim / 2))) / dim)
  const table = (f: (x: number) => number) => Float32Array.from({ length }, (_, i) => f(angle(i)))
  return { cos: table(Math.cos), sin: table(Math.sin) }
}

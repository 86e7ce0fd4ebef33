import type { ModelCard } from './card.ts'
import type { ModelConfig } from './config.ts'

/** int8 matrix `[rows][cols]`, one float scale per row (output channel). */
export interface Int8Matrix {
  readonly rows: number
  readonly cols: number
  readonly data: Int8Array
  readonly scale: Float32Array
}

/** Weights of one Transformer block. */
export interface Layer {
  readonly qkv: Int8Matrix
  readonly o: Int8Matrix
  readonly gateUp: Int8Matrix
  readonly down: Int8Matrix
  /** `[num_heads][G]` added to the scores of list attention, where the model has it. */
  readonly listBias?: Float32Array
}

/** A weights file, checked and taken apart. Shapes: docs/format.md. */
export interface Model {
  readonly config: ModelConfig
  readonly card: ModelCard
  /** Size of the file in bytes. */
  readonly bytes: number
  readonly H: readonly Layer[]
  readonly L: readonly Layer[]
  readonly embedTokens: Float32Array
  readonly embedPos?: Float32Array
  readonly rope?: { readonly cos: Float32Array; readonly sin: Float32Array }
  readonly puzzleEmb?: Float32Array
  readonly hInit: Float32Array
  readonly lInit: Float32Array
  readonly lmHead: Float32Array
  readonly qHead: { readonly weight: Float32Array; readonly bias: Float32Array }
}

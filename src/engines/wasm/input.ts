import type { Model } from '../../weights/model.ts'

const f = Math.fround

/** Writes the input rows x of a board, `stride` floats apart: docs/numerics.md, "One ACT step". */
export type WriteInput = (tokens: Uint8Array, puzzle: number, x: Float32Array) => void

/** @param stride floats from row to row of `x` */
export function createInputWriter({ config, embedTokens, embedPos, puzzleEmb }: Model, stride: number): WriteInput {
  const { hidden_size: hidden, puzzle_emb_len: prefix } = config
  const scale = f(config.embed_scale)
  const half = f(Math.SQRT1_2)
  // Without positions a row depends on its token alone.
  const scaled = embedPos ? undefined : embedTokens.map((v) => scale * v)

  const writeRow = (x: Float32Array, t: number, table: Float32Array, row: number): void => {
    for (let i = 0; i < hidden; i++) {
      const v = table[row * hidden + i]
      x[t * stride + i] = scale * (embedPos ? f(half * f(v + embedPos[t * hidden + i])) : v)
    }
  }

  return function writeInput(tokens, puzzle, x) {
    for (let p = 0; p < prefix; p++) writeRow(x, p, puzzleEmb!, puzzle * prefix + p)
    for (let t = 0; t < tokens.length; t++) {
      if (scaled) x.set(scaled.subarray(tokens[t] * hidden, (tokens[t] + 1) * hidden), (prefix + t) * stride)
      else writeRow(x, prefix + t, embedTokens, tokens[t])
    }
  }
}

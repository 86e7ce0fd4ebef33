import { softmax } from '../numerics/float.ts'

/**
 * Beliefs of a `cells` model: a softmax over the logits of the vocabulary entries that a cell can hold.
 * @param logits `[cells][outputSize]`
 * @param tokens vocabulary entry of every symbol, in symbol order
 * @returns `[cells][tokens.length]`
 */
export function readCells(logits: Float32Array, outputSize: number, tokens: readonly number[]): Float32Array {
  const n = tokens.length
  const cells = logits.length / outputSize
  const probabilities = new Float32Array(cells * n)
  const row = new Float32Array(n)
  for (let cell = 0; cell < cells; cell++) {
    tokens.forEach((token, i) => {
      row[i] = logits[cell * outputSize + token]
    })
    softmax(row, 0, n, probabilities, cell * n)
  }
  return probabilities
}

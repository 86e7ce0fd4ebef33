/** Symbol (1-based) each cell is most believed to hold; the first of equals. */
export function bestSymbols(probabilities: Float32Array, symbols: number): Uint8Array {
  const cells = new Uint8Array(probabilities.length / symbols)
  for (let cell = 0; cell < cells.length; cell++) {
    let best = 0
    for (let s = 1; s < symbols; s++) {
      if (probabilities[cell * symbols + s] > probabilities[cell * symbols + best]) best = s
    }
    cells[cell] = best + 1
  }
  return cells
}

/** Largest change of any belief between two readings. */
export function largestChange(a: Float32Array, b: Float32Array): number {
  let change = 0
  for (let i = 0; i < a.length; i++) change = Math.max(change, Math.abs(a[i] - b[i]))
  return change
}

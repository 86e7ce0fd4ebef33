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

/** A belief this strong is taken as the model's word. */
export const CONFIDENT = 0.9

/** Symbol (1-based) of every cell the model is confident about; 0 elsewhere. */
export function confidentSymbols(probabilities: Float32Array, symbols: number): Uint8Array {
  return bestSymbols(probabilities, symbols).map((s, cell) =>
    probabilities[cell * symbols + s - 1] >= CONFIDENT ? s : 0,
  )
}

/** A belief weaker than this rules a symbol out for people who watch. */
export const CANDIDATE = 0.05

/**
 * The symbols that each cell may still hold, likeliest first, the first of equals first; the likeliest is always there.
 * @param write a symbol (1-based) as boards have it
 */
export function candidatesOf(
  probabilities: Float32Array,
  symbols: number,
  write: (symbol: number) => string,
): string[] {
  const names = Array.from({ length: symbols }, (_, s) => write(s + 1))
  return Array.from({ length: probabilities.length / symbols }, (_, cell) => {
    const beliefs = probabilities.subarray(cell * symbols, (cell + 1) * symbols)
    const order = [...beliefs.keys()].sort((a, b) => beliefs[b] - beliefs[a])
    return order
      .filter((s, rank) => rank === 0 || beliefs[s] >= CANDIDATE)
      .map((s) => names[s])
      .join('')
  })
}

/** Q-halt beats Q-continue, or zero where the model has no Q-continue. */
export function saysHalt(q: readonly number[]): boolean {
  return q[0] > (q.length > 1 ? q[1] : 0)
}

/** A seeded generator: the same draws on every machine. */
export interface Random {
  /** Uniform in [0, 1), a multiple of 2^-24, so exact in binary32. */
  next(): number
}

/**
 * splitmix32, a counter whose bits are mixed: small, and good enough to draw guesses.
 * @param seed any safe integer; all of its 53 bits count
 */
export function createRandom(seed: number): Random {
  let state = (seed ^ Math.imul(Math.floor(seed / 2 ** 32), 0x9e3779b1)) | 0
  return {
    next() {
      state = (state + 0x9e3779b9) | 0
      let x = state
      x = Math.imul(x ^ (x >>> 16), 0x21f0aaad)
      x = Math.imul(x ^ (x >>> 15), 0x735a2d97)
      x ^= x >>> 15
      return (x >>> 8) / 2 ** 24
    },
  }
}

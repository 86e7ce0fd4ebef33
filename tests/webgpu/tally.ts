import type { Decoded } from './decode.ts'

/** How boards decoded by two engines differ, counted. */
export function createTally() {
  const counts = {
    'solved by both': 0,
    'of them at another step': 0,
    'solved by both, another board': 0,
    'solved by the GPU alone': 0,
    'solved by wasm alone': 0,
    'solved by neither, the same board': 0,
    'solved by neither, another board': 0,
  }
  /** Cells in which boards that neither solved differ, and how sure wasm was of them. */
  let cells = 0
  let surest = 0
  return {
    counts,
    add(gpu: Decoded, wasm: Decoded): void {
      const differing = [...gpu.cells.keys()].filter((cell) => gpu.cells[cell] !== wasm.cells[cell])
      if (gpu.solved && wasm.solved) {
        counts['solved by both']++
        if (gpu.steps !== wasm.steps) counts['of them at another step']++
        if (differing.length > 0) counts['solved by both, another board']++
        return
      }
      if (gpu.solved) counts['solved by the GPU alone']++
      else if (wasm.solved) counts['solved by wasm alone']++
      else if (differing.length === 0) counts['solved by neither, the same board']++
      else {
        counts['solved by neither, another board']++
        cells += differing.length
        surest = Math.max(surest, ...differing.map((cell) => wasm.margins[cell]))
      }
    },
    describe(): string {
      const parts = Object.entries(counts).map(([name, n]) => `${name} ${n}`)
      if (cells > 0) parts.push(`${cells} cells differ, wasm surer by ${surest.toFixed(3)} at most`)
      return parts.join(', ')
    },
  }
}

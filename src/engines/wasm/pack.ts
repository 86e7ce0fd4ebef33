import { PANEL_COLUMNS, PANEL_HEADER, PANEL_STEP } from '../../../wasm/assembly/descriptor.ts'
import type { KernelBuild } from '../../platform/platform.ts'
import type { Int8Matrix } from '../../weights/model.ts'

/** Bytes of a packed matrix of so many output columns (a multiple of 8) and inputs (a multiple of 4). */
export function packedBytes(columns: number, inputs: number): number {
  return (columns / PANEL_COLUMNS) * (PANEL_HEADER + (inputs / 4) * PANEL_STEP)
}

/**
 * Repacks a matrix into the panels that wasm/assembly/descriptor.ts draws.
 * @param columns output columns of the packed matrix, a multiple of 8
 * @param source row of `matrix` for a column, or -1 for a column that is always 0
 */
export function packMatrix(
  matrix: Int8Matrix,
  columns: number,
  source: (column: number) => number,
  build: KernelBuild,
  memory: ArrayBuffer,
  at: number,
): void {
  const { cols: inputs, data, scale } = matrix
  const view = new DataView(memory)
  const bytes = new Int8Array(memory)
  // [8 columns][4 k], or [2][8 columns][2 k]
  const relaxed = build === 'relaxed'
  const columnBytes = relaxed ? 4 : 2
  const secondPair = relaxed ? 2 : 16
  for (let first = 0; first < columns; first += PANEL_COLUMNS) {
    for (let c = 0; c < PANEL_COLUMNS; c++) {
      const row = source(first + c)
      if (row < 0) continue
      let sum = 0
      let to = at + PANEL_HEADER + columnBytes * c
      for (let from = row * inputs, end = from + inputs; from < end; from += 4) {
        const w0 = data[from]
        const w1 = data[from + 1]
        const w2 = data[from + 2]
        const w3 = data[from + 3]
        sum += w0 + w1 + w2 + w3
        bytes[to] = w0
        bytes[to + 1] = w1
        bytes[to + secondPair] = w2
        bytes[to + secondPair + 1] = w3
        to += PANEL_STEP
      }
      view.setInt32(at + 4 * c, relaxed ? -64 * sum : 0, true)
      view.setFloat32(at + 32 + 4 * c, scale[row], true)
    }
    at += PANEL_HEADER + (inputs / 4) * PANEL_STEP
  }
}

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
  for (let first = 0; first < columns; first += PANEL_COLUMNS) {
    for (let c = 0; c < PANEL_COLUMNS; c++) {
      const row = source(first + c)
      if (row < 0) continue
      let sum = 0
      for (let k = 0; k < inputs; k++) {
        const w = data[row * inputs + k]
        sum += w
        bytes[
          at + PANEL_HEADER + (k >> 2) * PANEL_STEP + (build === 'relaxed' ? inFours(c, k & 3) : inPairs(c, k & 3))
        ] = w
      }
      view.setInt32(at + 4 * c, build === 'relaxed' ? -64 * sum : 0, true)
      view.setFloat32(at + 32 + 4 * c, scale[row], true)
    }
    at += PANEL_HEADER + (inputs / 4) * PANEL_STEP
  }
}

/** [8 columns][4 k] */
const inFours = (column: number, k: number): number => 4 * column + k

/** [2][8 columns][2 k] */
const inPairs = (column: number, k: number): number => 16 * (k >> 1) + 2 * column + (k & 1)

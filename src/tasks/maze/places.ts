import type { ModelConfig } from '../../weights/config.ts'
import { type BoardShape, seenShape } from '../lists.ts'

/** Where the model sees each cell of a board, `[cells]`: within the ring of walls, where it is shown one. */
export function placesOf(config: ModelConfig, shape: BoardShape): Int32Array {
  const { cols } = seenShape(config, shape)
  const inset = (cols - shape.cols) / 2
  return Int32Array.from(
    { length: shape.rows * shape.cols },
    (_, cell) => (Math.floor(cell / shape.cols) + inset) * cols + (cell % shape.cols) + inset,
  )
}

/**
 * A board in another order of its cells, for models with a token per cell: the cell that stands at every place.
 * Turned, a maze is another problem to a net that is not symmetric, and its answer turned back is an answer.
 */
export type View = Int32Array

/** Input tokens as the view has them. */
export const turn = (tokens: Uint8Array, view: View | undefined): Uint8Array =>
  view ? Uint8Array.from(view, (cell) => tokens[cell]) : tokens

/** Logits `[cells][outputSize]` of a view, in the order of the board. */
export function turnBack(logits: Float32Array, view: View | undefined): Float32Array {
  if (!view) return logits
  const size = logits.length / view.length
  const back = new Float32Array(logits.length)
  view.forEach((cell, place) => {
    back.set(logits.subarray(place * size, (place + 1) * size), cell * size)
  })
  return back
}

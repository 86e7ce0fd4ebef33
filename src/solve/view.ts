/**
 * A board in another order of its tokens, for models with a token per cell: the token that stands at every place.
 * Turned, a maze is another problem to a net that is not symmetric, and its answer turned back is an answer.
 */
export type View = Int32Array

/** Input tokens as the view has them. */
export const turn = (tokens: Uint8Array, view: View | undefined): Uint8Array =>
  view ? Uint8Array.from(view, (token) => tokens[token]) : tokens

/** Logits `[tokens][outputSize]` of a view, in the order of the board. */
export function turnBack(logits: Float32Array, view: View | undefined): Float32Array {
  if (!view) return logits
  const size = logits.length / view.length
  const back = new Float32Array(logits.length)
  view.forEach((token, place) => {
    back.set(logits.subarray(place * size, (place + 1) * size), token * size)
  })
  return back
}

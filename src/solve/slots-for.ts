import { type BoardShape, tokensOf, trainedShape } from '../tasks/lists.ts'
import type { ModelConfig } from '../weights/config.ts'

/**
 * Slots of an engine for boards of a shape, of `slots` that there are for boards of the trained one: of larger boards fewer,
 * for their memory, that of searches above all; two at least, so that one long solve does not hold up every other.
 */
export function slotsFor(slots: number, config: ModelConfig, shape: BoardShape): number {
  const share = tokensOf(config, trainedShape(config)) / tokensOf(config, shape)
  return Math.min(slots, Math.max(2, Math.round(slots * share)))
}

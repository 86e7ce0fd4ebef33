import { yieldToEventLoop } from '../../event-loop.ts'
import type { Engine } from '../engine.ts'

/**
 * How a slot came to where it is: tokens and how many steps were run with them, back to its start. Enough to compute it
 * again in another engine. Branches that a search took back are no part of it.
 */
export interface Trail {
  /** The stretch before this one. */
  readonly before?: Trail
  /** What the first stretch began from; nothing for the initial states. */
  readonly carry?: Float32Array
  readonly puzzle: number
  readonly tokens: Uint8Array
  readonly steps: number
}

/** The trail with other tokens, and perhaps another puzzle, from here on. */
export function turn(trail: Trail, tokens: Uint8Array, puzzle = trail.puzzle): Trail {
  return trail.steps === 0 ? { ...trail, tokens, puzzle } : { before: trail, tokens, puzzle, steps: 0 }
}

/**
 * Computes slots anew along their trails, on a processor: one after another, with a turn of the event loop after every step.
 * @param goOn throws to end it early
 */
export async function retrace(
  engine: Engine,
  trails: readonly { slot: number; trail: Trail }[],
  goOn: () => void,
): Promise<void> {
  for (const { slot, trail } of trails) {
    const stretches: Trail[] = []
    for (let t: Trail | undefined = trail; t; t = t.before) stretches.unshift(t)
    let { puzzle } = stretches[0]
    engine.start(slot, stretches[0].tokens, stretches[0].carry, puzzle)
    for (const stretch of stretches) {
      if (stretch.puzzle === puzzle) engine.setTokens(slot, stretch.tokens)
      else changePuzzle(engine, slot, stretch)
      puzzle = stretch.puzzle
      for (let left = stretch.steps; left > 0; left--) {
        await engine.step([slot])
        await yieldToEventLoop()
        goOn()
      }
    }
  }
}

function changePuzzle(engine: Engine, slot: number, { tokens, puzzle }: Trail): void {
  const carry = engine.saveCarry(slot)
  engine.start(slot, tokens, carry, puzzle)
  engine.releaseCarry(carry)
}

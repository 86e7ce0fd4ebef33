import { yieldToEventLoop } from '../../solve/event-loop.ts'
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

/** Computes slots anew along their trails. @param goOn throws to end it early */
export async function retrace(
  engine: Engine,
  trails: readonly { slot: number; trail: Trail }[],
  goOn: () => void,
): Promise<void> {
  const walkers = trails.map(({ slot, trail }) => {
    const stretches: Trail[] = []
    for (let t: Trail | undefined = trail; t; t = t.before) stretches.unshift(t)
    const { tokens, carry, puzzle, steps } = stretches[0]
    engine.start(slot, tokens, carry, puzzle)
    return { slot, puzzle, left: steps, ahead: stretches.slice(1) }
  })
  for (;;) {
    for (const walker of walkers) {
      while (walker.left === 0) {
        const next = walker.ahead.shift()
        if (!next) break
        if (next.puzzle === walker.puzzle) engine.setTokens(walker.slot, next.tokens)
        else changePuzzle(engine, walker.slot, next)
        walker.puzzle = next.puzzle
        walker.left = next.steps
      }
    }
    const walking = walkers.filter(({ left }) => left > 0)
    if (walking.length === 0) return
    await engine.step(walking.map(({ slot }) => slot))
    for (const walker of walking) walker.left--
    await yieldToEventLoop()
    goOn()
  }
}

function changePuzzle(engine: Engine, slot: number, { tokens, puzzle }: Trail): void {
  const carry = engine.saveCarry(slot)
  engine.start(slot, tokens, carry, puzzle)
  engine.releaseCarry(carry)
}

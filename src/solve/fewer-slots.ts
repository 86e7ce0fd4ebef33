import type { EngineFactory, Engines } from '../engines/create-engine.ts'
import { HrmError } from '../errors.ts'

/**
 * Engines for a number of slots that nobody asked for: where there is no memory for so many boards of a size, their engine
 * has half as many, and so on down to one. A caller's own number is kept or refused.
 */
export function withFewerSlots({ create, batch, release }: Engines): Engines {
  return {
    create: halving(create),
    batch: batch && {
      async factoryFor(options, boards) {
        for (let { slots } = options; ; ) {
          try {
            const factory = await batch.factoryFor({ ...options, slots }, Math.min(boards, slots))
            return factory && halving(factory)
          } catch (error) {
            slots = half(slots, error)
          }
        }
      },
    },
    release,
  }
}

const halving =
  (create: EngineFactory): EngineFactory =>
  (options) => {
    for (let { slots } = options; ; ) {
      try {
        return create({ ...options, slots })
      } catch (error) {
        slots = half(slots, error)
      }
    }
  }

/** @throws the error, where there is no half or it is not about memory */
function half(slots: number, error: unknown): number {
  if (slots === 1 || !(error instanceof HrmError && error.code === 'engine_unavailable')) throw error
  return Math.ceil(slots / 2)
}

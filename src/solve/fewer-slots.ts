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
        const factory = await batch.factoryFor(options, boards)
        return factory && halving(factory)
      },
    },
    release,
  }
}

const halving =
  (create: EngineFactory): EngineFactory =>
  (options) => {
    for (let { slots } = options; ; slots = Math.ceil(slots / 2)) {
      try {
        return create({ ...options, slots })
      } catch (error) {
        if (slots === 1 || !(error instanceof HrmError && error.code === 'engine_unavailable')) throw error
      }
    }
  }

import { yieldToEventLoop } from '../../event-loop.ts'
import type { Engine } from '../engine.ts'

/** Timed steps after one that is not, in which shaders are compiled; the quickest counts. */
const ROUNDS = 3
/** A step of all slots that may take longer than this, in ms, is asked for only where one of `FEW` boards gives hope. */
const SLOW = 4_000
const FEW = 4

/**
 * From how many boards on `gpu` steps quicker than `base` does, one after the other. Whatever the boards hold, a step
 * takes the same time. A GPU that cannot win is given up at the first step that shows it: a batch waits.
 * @param gpuClock ms that steps of `gpu` have taken so far; one that ran on would count the wait for other work on the GPU too
 */
export async function measureBreakEven(gpu: Engine, base: Engine, gpuClock: () => number): Promise<number> {
  const many = gpu.slots
  const alone = await stepTime(base, () => performance.now(), 1)
  // A step of many boards takes no less than that of one.
  const one = await stepTime(gpu, gpuClock, 1, many * alone)
  if (one < alone) return 1
  if (one >= many * alone) return Number.POSITIVE_INFINITY
  const within = async (boards: number): Promise<number> =>
    breakEvenOf(alone, one, await stepTime(gpu, gpuClock, boards, one + (boards - 1) * alone), boards)
  if (one * many > SLOW && !Number.isFinite(await within(Math.min(FEW, many)))) return Number.POSITIVE_INFINITY
  return within(many)
}

/**
 * @param alone ms of a board without the GPU
 * @param one ms of one board on the GPU
 * @param all ms of `many` boards at once on the GPU, taken to lie on a line with `one`
 */
export function breakEvenOf(alone: number, one: number, all: number, many: number): number {
  const each = Math.max(0, all - one) / (many - 1)
  return each < alone ? Math.max(1, Math.ceil((one - each) / (alone - each))) : Number.POSITIVE_INFINITY
}

/** @param hopeless ms from which on no further step is waited for */
async function stepTime(
  engine: Engine,
  clock: () => number,
  boards: number,
  hopeless = Number.POSITIVE_INFINITY,
): Promise<number> {
  const slots = Array.from({ length: boards }, (_, slot) => slot)
  for (const slot of slots) engine.start(slot, new Uint8Array(engine.tokens))
  await engine.step(slots)
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round++) {
    const begin = clock()
    const step = engine.step(slots)
    // A processor has done it by now. To await it would be to let others compute before the clock is read.
    if (step) await step
    best = Math.min(best, clock() - begin)
    if (best >= hopeless) break
    await yieldToEventLoop()
  }
  return best
}

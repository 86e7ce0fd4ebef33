import fc from 'fast-check'
import { expect, it } from 'vitest'
import { CANDIDATES } from '../../../tests/helpers/configs.ts'
import { engineFor, randomTokens } from '../../../tests/helpers/engine-contract.ts'
import { memoryGpu } from '../../../tests/helpers/memory-gpu.ts'
import { tinyModel } from '../../../tests/helpers/weights-file.ts'
import type { Carry, Engine } from '../engine.ts'
import { createWebGpuEngine } from './webgpu-engine.ts'

// tests/browser/webgpu-node.test.ts has the engine on a GPU; here are the slabs that more slots than fit into one
// binding are kept in.

const SLOTS = 7
const model = tinyModel(CANDIDATES)
/** Floats of the widest tensor of one board: 64 tokens, a list of four for each, 16 columns. */
const BOARD_BYTES = 4 * 64 * 4 * 16

const slot = fc.nat(SLOTS - 1)
const seed = fc.nat(1000)
const call = fc.oneof(
  fc.record({ kind: fc.constantFrom('start' as const, 'tokens' as const), slot, seed }),
  fc.record({ kind: fc.constant('save' as const), slot }),
  fc.record({ kind: fc.constant('restore' as const), slot, seed, pick: fc.nat() }),
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('step' as const),
      slots: fc.shuffledSubarray([...Array(SLOTS).keys()], { minLength: 1 }),
    }),
  },
)
type Call = typeof call extends fc.Arbitrary<infer T> ? T : never

/** Makes the calls, and gives all that an engine shows on the way. */
async function perform(engine: Engine, calls: readonly Call[]): Promise<number[]> {
  const seen: number[] = []
  let saved: { carry: Carry; slot: number }[] = []
  for (let slot = 0; slot < SLOTS; slot++) engine.start(slot, randomTokens(CANDIDATES, slot))
  for (const call of calls) {
    switch (call.kind) {
      case 'start':
        engine.start(call.slot, randomTokens(CANDIDATES, call.seed))
        // Which releases what was saved of it.
        saved = saved.filter(({ slot }) => slot !== call.slot)
        break
      case 'tokens':
        engine.setTokens(call.slot, randomTokens(CANDIDATES, call.seed))
        break
      case 'save':
        saved.push({ carry: engine.saveCarry(call.slot), slot: call.slot })
        break
      case 'restore': {
        const { carry } = saved[call.pick % Math.max(1, saved.length)] ?? {}
        if (carry) engine.start(call.slot, randomTokens(CANDIDATES, call.seed), carry)
        break
      }
      case 'step':
        await engine.step(call.slots)
        for (const slot of call.slots) seen.push(...engine.logits(slot), ...engine.q(slot))
    }
  }
  for (let slot = 0; slot < SLOTS; slot++) seen.push(...(await engine.readCarry(slot)))
  return seen
}

it.each([1, 2, 4])('gives the same bits in slabs of %i boards as in one', async (chunk) => {
  await fc.assert(
    fc.asyncProperty(fc.array(call, { maxLength: 40 }), async (calls) => {
      const [one, several] = [memoryGpu(SLOTS * BOARD_BYTES), memoryGpu(chunk * BOARD_BYTES)]
      const inOne = engineFor((options) => createWebGpuEngine(options, one), model, SLOTS)
      const inSeveral = engineFor((options) => createWebGpuEngine(options, several), model, SLOTS)
      const everySlot: Call = { kind: 'step', slots: [...Array(SLOTS).keys()].reverse() }
      const all = [everySlot, ...calls]
      expect(await perform(inSeveral, all)).toEqual(await perform(inOne, all))
      expect([one.runs[0], several.runs[0]]).toEqual([SLOTS, chunk])
      for (const engine of [inOne, inSeveral]) engine.dispose()
    }),
    { numRuns: 20 },
  )
})

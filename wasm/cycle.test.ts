import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { instantiate, type KernelExports } from '../src/engines/wasm/kernel.ts'
import { planMemory } from '../src/engines/wasm/layout.ts'
import { writeModel } from '../src/engines/wasm/load.ts'
import { createRandom } from '../src/numerics/random.ts'
import { buildGeometry, trainedShape } from '../src/tasks/lists.ts'
import type { ModelConfig } from '../src/weights/config.ts'
import { TINY_CONFIGS } from '../tests/helpers/configs.ts'
import { tinyModel } from '../tests/helpers/weights-file.ts'
import { BUILDS } from './test-memory.ts'

// A whole cycle of the release builds in the memory that the engine plans for it. What it computes is held against the
// reference in src/engines/contract.test.ts; here is where it writes.

const SLOTS = 3
const GUARD_BYTES = 4096
const GUARD_BYTE = 0xa5

/** The bytes of an engine whose middle slot holds a state at random, and what runs a cycle of it. */
function prepare(config: ModelConfig, build: (typeof BUILDS)[number]) {
  const model = tinyModel(config)
  const layout = planMemory(model, buildGeometry(config, trainedShape(config)), SLOTS, build)
  const memory = new WebAssembly.Memory({ initial: layout.pages + 1 })
  const module = new WebAssembly.Module(readFileSync(new URL(`../dist/wasm/${build}.wasm`, import.meta.url)))
  const kernels = instantiate(module, memory) as unknown as KernelExports
  writeModel(memory.buffer, model, layout, build, false)
  const slot = (i: number) => layout.slots + i * layout.slotBytes
  const { next } = createRandom(3)
  for (const offset of [0, layout.inSlot.zL, layout.inSlot.x]) {
    for (let row = 0; row < layout.tokens; row++) {
      const at = slot(1) + offset + 4 * row * layout.hiddenColumns
      new Float32Array(memory.buffer, at, config.hidden_size).forEach((_, i, values) => {
        values[i] = 2 * next() - 1
      })
    }
  }
  const bytes = new Uint8Array(memory.buffer)
  bytes.fill(GUARD_BYTE, slot(SLOTS), slot(SLOTS) + GUARD_BYTES)
  return { layout, bytes, slot, cycle: () => kernels.cycle(layout.descriptor, slot(1)) }
}

describe.each(BUILDS)('a cycle, %s', (build) => {
  it.each(Object.entries(TINY_CONFIGS))(
    'writes into its own slot and the scratch, and nowhere else: %s',
    (_, config) => {
      const { layout, bytes, slot, cycle } = prepare(config, build)
      const parts: Record<string, readonly [number, number]> = {
        'constants, records, lists, weights': [0, layout.packed],
        'the slot before': [slot(0), slot(1)],
        'the slot after': [slot(2), slot(3)],
        'beyond the last slot': [slot(SLOTS), slot(SLOTS) + GUARD_BYTES],
      }
      const before = bytes.slice()
      for (let i = 0; i < 3; i++) cycle()
      for (const [name, [begin, end]] of Object.entries(parts)) {
        expect(Buffer.compare(bytes.subarray(begin, end), before.subarray(begin, end)), name).toBe(0)
      }
      // It did run.
      expect(Buffer.compare(bytes.subarray(slot(1), slot(2)), before.subarray(slot(1), slot(2)))).not.toBe(0)
    },
  )
})

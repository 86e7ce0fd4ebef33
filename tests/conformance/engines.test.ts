import { beforeAll, describe, expect, inject, it } from 'vitest'
import { platform } from '#platform'
import type { EngineFactory } from '../../src/engines/create-engine.ts'
import { createReferenceEngine } from '../../src/engines/reference/reference-engine.ts'
import { createWasmEngineFactory } from '../../src/engines/wasm/wasm-engine.ts'
import { createRandom } from '../../src/numerics/random.ts'
import type { Model } from '../../src/weights/model.ts'
import { BOARDS, conformanceBoards, TASKS } from './boards.ts'
import { hashLogits } from './logits-hash.ts'
import { loadConformanceModel } from './model.ts'

it.each(TASKS)('logits of %s are those of the reference engine', async (task) => {
  const { model } = await loadConformanceModel(task)
  const some = conformanceBoards(task, inject('reference'))
  const create = await createWasmEngineFactory(platform.loadKernel)
  const want = await hashLogits(model, createReferenceEngine, some)
  expect(await hashLogits(model, create, some)).toBe(want)
})

describe.each(TASKS)('logits of %s do not depend on', (task) => {
  const some = conformanceBoards(task, Math.min(64, BOARDS[task].sample))
  let model: Model
  let create: EngineFactory
  let inOrder: string
  beforeAll(async () => {
    model = (await loadConformanceModel(task)).model
    create = await createWasmEngineFactory(platform.loadKernel)
    inOrder = await hashLogits(model, create, some)
  })

  it.each([1, 3, 64])('the batch (%d) or on which slot a board is in', async (slots) => {
    const random = createRandom(slots)
    const order = some.map((_, i) => ({ i, at: random.next() })).sort((a, b) => a.at - b.at)
    const shuffled = await hashLogits(model, create, some, { slots, order: order.map(({ i }) => i) })
    expect(shuffled).toBe(inOrder)
  })
})

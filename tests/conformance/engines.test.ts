import { beforeAll, describe, expect, inject, it } from 'vitest'
import { platform } from '#platform'
import type { EngineFactory } from '../../src/engines/create-engine.ts'
import { createReferenceEngine } from '../../src/engines/reference/reference-engine.ts'
import { createWasmEngineFactory } from '../../src/engines/wasm/wasm-engine.ts'
import { createRandom } from '../../src/numerics/random.ts'
import { type LoadedModel, loadModel } from '../../src/weights/load-model.ts'
import { conformanceBoards } from './boards.ts'
import { hashLogits } from './logits-hash.ts'

let loaded: LoadedModel
beforeAll(async () => {
  loaded = await loadModel({ task: 'sudoku' })
})

it('logits are those of the reference engine', async () => {
  const some = conformanceBoards(inject('reference'))
  const create = await createWasmEngineFactory(platform.loadKernel)
  const want = await hashLogits(loaded.model, createReferenceEngine, some)
  expect(await hashLogits(loaded.model, create, some)).toBe(want)
})

describe('logits do not depend on', () => {
  const some = conformanceBoards(64)
  let create: EngineFactory
  let inOrder: string
  beforeAll(async () => {
    create = await createWasmEngineFactory(platform.loadKernel)
    inOrder = await hashLogits(loaded.model, create, some)
  })

  it.each([1, 3, 64])('the batch (%d) or on which slot a board is in', async (slots) => {
    const random = createRandom(slots)
    const order = some.map((_, i) => ({ i, at: random.next() })).sort((a, b) => a.at - b.at)
    const shuffled = await hashLogits(loaded.model, create, some, { slots, order: order.map(({ i }) => i) })
    expect(shuffled).toBe(inOrder)
  })
})

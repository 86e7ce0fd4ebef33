import { describe, expect, inject, it } from 'vitest'
import { platform } from '#platform'
import { createWasmEngineFactory } from '../../src/engines/wasm/wasm-engine.ts'
import type { KernelBuild } from '../../src/platform/platform.ts'
import { loadModel } from '../../src/weights/load-model.ts'
import { conformanceBoards } from './boards.ts'
import { expectedHash } from './expected.ts'
import { hashLogits } from './logits-hash.ts'

const count = inject('boards')
const boards = conformanceBoards(Number(count))

describe.each<KernelBuild>(['relaxed', 'simd128'])('logits in Node, %s', (build) => {
  it('are those on record', async () => {
    const { model } = await loadModel({ task: 'sudoku' })
    const create = await createWasmEngineFactory(platform.loadKernel, { build })
    expect(await hashLogits(model, create, boards)).toBe(expectedHash(count))
  })
})

import { describe, expect, inject, it } from 'vitest'
import { platform } from '#platform'
import { createWasmEngineFactory } from '../../src/engines/wasm/wasm-engine.ts'
import type { KernelBuild } from '../../src/platform/platform.ts'
import { BOARDS, conformanceBoards, TASKS } from './boards.ts'
import { expectedHash } from './expected.ts'
import { hashLogits } from './logits-hash.ts'
import { loadConformanceModel } from './model.ts'

const extent = inject('extent')

describe.each(TASKS)('logits of %s', (task) => {
  it.each<KernelBuild>(['relaxed', 'simd128'])('in workerd, %s, are those on record', async (build) => {
    const { model } = await loadConformanceModel(task)
    const create = await createWasmEngineFactory(platform.loadKernel, { build })
    const boards = conformanceBoards(task, BOARDS[task][extent])
    expect(await hashLogits(model, create, boards)).toBe(expectedHash(task, extent))
  })
})

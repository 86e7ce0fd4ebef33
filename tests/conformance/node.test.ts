import { describe, expect, inject, it } from 'vitest'
import { platform } from '#platform'
import type { Multiply } from '../../src/engines/wasm/kernel.ts'
import { createWasmEngineFactory } from '../../src/engines/wasm/wasm-engine.ts'
import type { KernelBuild } from '../../src/platform/platform.ts'
import { BOARDS, conformanceBoards, TASKS } from './boards.ts'
import { expectedHash } from './expected.ts'
import { hashLogits } from './logits-hash.ts'
import { loadConformanceModel } from './model.ts'

const extent = inject('extent')

describe.each(TASKS)('logits of %s', (task) => {
  // Elsewhere the machine chooses the way to multiply; here all of them run, whatever it would choose.
  it.each<[KernelBuild, Multiply]>([
    ['relaxed', 'dot'],
    ['relaxed', 'pair'],
    ['simd128', 'dot'],
  ])('in Node, %s %s, are those on record', async (build, multiply) => {
    const { model } = await loadConformanceModel(task)
    const create = await createWasmEngineFactory(platform.loadKernel, { build, multiply })
    const boards = conformanceBoards(task, BOARDS[task][extent])
    expect(await hashLogits(model, create, boards)).toBe(expectedHash(task, extent))
  })
})

import { expect, inject, it } from 'vitest'
import { platform } from '#platform'
import { createWasmEngineFactory } from '../../src/engines/wasm/wasm-engine.ts'
import type { KernelBuild } from '../../src/platform/platform.ts'
import { conformanceBoards } from './boards.ts'
import { expectedHash } from './expected.ts'
import { hashLogits } from './logits-hash.ts'
import { loadConformanceModel } from './model.ts'

it.each<KernelBuild>(['relaxed', 'simd128'])('logits in workerd, %s, are those on record', async (build) => {
  const count = inject('boards')
  const { model } = await loadConformanceModel()
  const create = await createWasmEngineFactory(platform.loadKernel, { build })
  expect(await hashLogits(model, create, conformanceBoards(Number(count)))).toBe(expectedHash(count))
})

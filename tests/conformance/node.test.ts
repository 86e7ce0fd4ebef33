import { expect, inject, it } from 'vitest'
import { platform } from '#platform'
import type { Multiply } from '../../src/engines/wasm/kernel.ts'
import { createWasmEngineFactory } from '../../src/engines/wasm/wasm-engine.ts'
import type { KernelBuild } from '../../src/platform/platform.ts'
import { conformanceBoards } from './boards.ts'
import { expectedHash } from './expected.ts'
import { hashLogits } from './logits-hash.ts'
import { loadConformanceModel } from './model.ts'

const count = inject('boards')
const boards = conformanceBoards(Number(count))

// Elsewhere the machine chooses the way to multiply; here all of them run, whatever it would choose.
it.each<[KernelBuild, Multiply]>([
  ['relaxed', 'dot'],
  ['relaxed', 'pair'],
  ['simd128', 'dot'],
])('logits in Node, %s %s, are those on record', async (build, multiply) => {
  const { model } = await loadConformanceModel()
  const create = await createWasmEngineFactory(platform.loadKernel, { build, multiply })
  expect(await hashLogits(model, create, boards)).toBe(expectedHash(count))
})

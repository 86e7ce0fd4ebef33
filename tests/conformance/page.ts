// What conformance.chromium.test.ts bundles for its page.
import { platform } from '#platform'
import { createWasmEngineFactory } from '../../src/engines/wasm/wasm-engine.ts'
import type { KernelBuild } from '../../src/platform/platform.ts'
import { type ConformanceTask, conformanceBoards } from './boards.ts'
import { hashLogits } from './logits-hash.ts'
import { loadConformanceModel } from './model.ts'

declare global {
  var conformanceHash: (build: KernelBuild, task: ConformanceTask, boards: number) => Promise<string>
}

globalThis.conformanceHash = async (build, task, boards) => {
  const [{ model }, createEngine] = await Promise.all([
    loadConformanceModel(task),
    createWasmEngineFactory(platform.loadKernel, { build }),
  ])
  return hashLogits(model, createEngine, conformanceBoards(task, boards))
}

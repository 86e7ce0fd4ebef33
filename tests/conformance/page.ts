// What conformance.chromium.test.ts bundles for its page.
import { platform } from '#platform'
import { createWasmEngineFactory } from '../../src/engines/wasm/wasm-engine.ts'
import type { KernelBuild } from '../../src/platform/platform.ts'
import { conformanceBoards } from './boards.ts'
import { hashLogits } from './logits-hash.ts'
import { loadConformanceModel } from './model.ts'

declare global {
  var conformanceHash: (build: KernelBuild, boards: number) => Promise<string>
}

globalThis.conformanceHash = async (build, boards) => {
  const [{ model }, createEngine] = await Promise.all([
    loadConformanceModel(),
    createWasmEngineFactory(platform.loadKernel, { build }),
  ])
  return hashLogits(model, createEngine, conformanceBoards(boards))
}

// Writes expected.json: `node tests/conformance/write.ts`, whenever weights that ship or the engine's numerics change
// (a quarter of an hour). engines.test.ts holds the same engine against the reference.
import { writeFile } from 'node:fs/promises'
import { platform } from '#platform'
import { createWasmEngineFactory } from '../../src/engines/wasm/wasm-engine.ts'
import { BOARDS, type ConformanceTask, conformanceBoards, type Extent, TASKS } from './boards.ts'
import { hashLogits } from './logits-hash.ts'
import { loadConformanceModel } from './model.ts'

const createEngine = await createWasmEngineFactory(platform.loadKernel)
const expected: Partial<Record<ConformanceTask, Record<Extent, string>>> = {}
for (const task of TASKS) {
  const { model } = await loadConformanceModel(task)
  const hash = (boards: number) => hashLogits(model, createEngine, conformanceBoards(task, boards))
  expected[task] = { sample: await hash(BOARDS[task].sample), full: await hash(BOARDS[task].full) }
}
await writeFile(new URL('expected.json', import.meta.url), `${JSON.stringify(expected, null, 2)}\n`)

// Writes expected.json: `node tests/conformance/write.ts`, whenever weights/sudoku.safetensors or the engine's numerics
// change. engines.test.ts holds the same engine against the reference.
import { writeFile } from 'node:fs/promises'
import { platform } from '#platform'
import { createWasmEngineFactory } from '../../src/engines/wasm/wasm-engine.ts'
import { conformanceBoards } from './boards.ts'
import { hashLogits } from './logits-hash.ts'
import { loadConformanceModel } from './model.ts'

const { model } = await loadConformanceModel()
const createEngine = await createWasmEngineFactory(platform.loadKernel)
const hash = (boards: number) => hashLogits(model, createEngine, conformanceBoards(boards))
const expected = { '200': await hash(200), '2000': await hash(2000) }
await writeFile(new URL('expected.json', import.meta.url), `${JSON.stringify(expected, null, 2)}\n`)

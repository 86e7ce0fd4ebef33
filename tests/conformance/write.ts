// Writes expected.json anew, `node tests/conformance/write.ts [TASK...]`, whenever weights that ship (of these tasks) or the
// engine's numerics change; a quarter of an hour for Sudoku, two minutes for mazes. engines.test.ts holds the same engine
// against the reference.
import { readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { platform } from '#platform'
import { createWasmEngineFactory } from '../../src/engines/wasm/wasm-engine.ts'
import { BOARDS, type ConformanceTask, conformanceBoards, type Extent, TASKS } from './boards.ts'
import { hashLogits } from './logits-hash.ts'
import { loadConformanceModel } from './model.ts'

const file = new URL('expected.json', import.meta.url)
const named = parseArgs({ allowPositionals: true }).positionals
const unknown = named.filter((name) => !(TASKS as readonly string[]).includes(name))
if (unknown.length > 0) throw new Error(`no task of ${TASKS.join(', ')}: ${unknown.join(', ')}`)

const createEngine = await createWasmEngineFactory(platform.loadKernel)
const expected: Record<ConformanceTask, Record<Extent, string>> = JSON.parse(await readFile(file, 'utf8'))
for (const task of TASKS.filter((name) => named.length === 0 || named.includes(name))) {
  const { model } = await loadConformanceModel(task)
  const hash = (boards: number) => hashLogits(model, createEngine, conformanceBoards(task, boards))
  expected[task] = { sample: await hash(BOARDS[task].sample), full: await hash(BOARDS[task].full) }
}
await writeFile(file, `${JSON.stringify(expected, null, 2)}\n`)

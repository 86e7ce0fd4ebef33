// `node tests/webgpu/compare.ts [FILE] [--size 4|6|9] [--boards N] [--slots N] [--steps N] [--weights F] [--h-cycles N]`: whether the GPU
// decodes the boards that wasm decodes. Boards come from a CSV file, or are made: puzzles with one solution and no given
// that could be spared. Each runs for N steps at most, without a search, on both; compared is the first board that passes
// the verifier, else the last one. Says how they differ after every `--slots` boards, so it may be stopped at any time.
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import * as ort from 'onnxruntime-web/jspi'
import { createEngineFactory } from '../../src/engines/create-engine.ts'
import { createGpuRuntime } from '../../src/engines/webgpu/runtime.ts'
import { createWebGpuEngine } from '../../src/engines/webgpu/webgpu-engine.ts'
import { createTask } from '../../src/tasks/create-task.ts'
import { readModel } from '../../src/weights/read-model.ts'
import { SHAPES } from '../helpers/boards.ts'
import { nodeGpu } from '../helpers/node-gpu.ts'
import { withCycles } from '../helpers/with-cycles.ts'
import { readBoardFile } from '../load/board-file.ts'
import { puzzlesOf } from './boards.ts'
import { decodeBoards } from './decode.ts'
import { createTally } from './tally.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    size: { type: 'string', default: '9' },
    boards: { type: 'string', default: '2000' },
    slots: { type: 'string', default: '64' },
    steps: { type: 'string', default: '16' },
    weights: {
      type: 'string',
      default: fileURLToPath(new URL('../../model/weights/sudoku.safetensors', import.meta.url)),
    },
    // Of an ACT step, instead of the file's own: with few a slow adapter does more boards.
    'h-cycles': { type: 'string' },
  },
})
const [count, slots, steps] = [Number(values.boards), Number(values.slots), Number(values.steps)]
const shape = SHAPES[`${values.size}x${values.size}`]
if (!shape || !(count >= 1 && slots >= 1 && steps >= 1)) throw new Error('see the head of this file')

const [file] = positionals
const boards = file === undefined ? puzzlesOf(shape, count) : await readBoardFile(file, count)
ort.env.wasm.numThreads = 1
const runtime = await createGpuRuntime(nodeGpu(), async () => ort)
const weights = new Uint8Array(await readFile(values.weights))
const cycles = values['h-cycles']
const model = readModel(cycles === undefined ? weights : withCycles(weights, Number(cycles)))
const task = createTask(model.config)
const puzzles = boards.map((board) => task.parse(board))
const options = { model, geometry: task.geometry(puzzles[0]), slots }
const gpu = createWebGpuEngine(options, runtime)
const wasm = (await createEngineFactory('wasm'))(options)
console.log(
  `${runtime.adapter}; Node ${process.versions.node}; ${model.card.name}, ${model.config.H_cycles} H cycles a step`,
)

const tally = createTally()
const begin = performance.now()
for (let from = 0; from < puzzles.length; from += slots) {
  const part = puzzles.slice(from, from + slots)
  const [onGpu, inWasm] = [await decodeBoards(gpu, task, part, steps), await decodeBoards(wasm, task, part, steps)]
  for (const i of part.keys()) tally.add(onGpu[i], inWasm[i])
  console.log(`${from + part.length} boards, ${Math.round((performance.now() - begin) / 1000)} s: ${tally.describe()}`)
}
for (const engine of [gpu, wasm]) engine.dispose()
runtime.dispose()

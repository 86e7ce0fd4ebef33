import { stepSubject, timeSolves } from '../../bench/engine-bench.ts'
import { measureGpu } from '../../bench/gpu-bench.ts'
import { localSide, timeInterleaved } from '../../bench/timing.ts'
import type { BackendChoice } from '../../engines/backend-option.ts'
import { createEngineFactory, openEngines } from '../../engines/create-engine.ts'
import { openSolver } from '../../solve/open-solver.ts'
import { DEFAULT_SLOTS } from '../../solve/options.ts'
import { loadModel } from '../../weights/load-model.ts'
import { backendOptions } from '../backend.ts'
import { EXIT } from '../failure.ts'
import { printJson, printText, remark } from '../output.ts'
import { createProgress } from '../progress.ts'
import { SUDOKU_SAMPLES } from '../samples.ts'
import { describeMachine } from './machine.ts'
import type { BenchReport } from './report.ts'
import { describeBench } from './table.ts'

const BATCHES = [1, 8]
const SOLVE_ROUNDS = 5

export interface BenchCommandOptions {
  backend?: BackendChoice
  weights?: string
  json?: boolean
}

/**
 * `hrm bench`: our engine alone, on Sudoku, of which there are boards to solve. The comparison with ONNX Runtime is
 * `npm run bench`.
 * @returns exit code
 */
export async function benchCommand(options: BenchCommandOptions): Promise<number> {
  const { backend = 'auto', weights } = options
  if (backend === 'webgpu') return gpuCommand(options)
  const [loaded, createEngine] = await Promise.all([
    loadModel({ task: 'sudoku', weights }),
    createEngineFactory(backend),
  ])
  const { model } = loaded
  const boards = SUDOKU_SAMPLES.map((sample) => sample.board)
  const subjects = BATCHES.map((batch) => stepSubject(model, createEngine, batch, boards[0]))
  const sides = subjects.map(({ run }, i) => localSide(`batch ${BATCHES[i]}`, run))
  const ms = await timeInterleaved(sides, { rounds: 15, turnMs: 50 })
  const { build } = subjects[0].engine
  for (const { engine } of subjects) engine.dispose()

  const { solver } = await openSolver(Promise.resolve(loaded), openEngines({ backend }), DEFAULT_SLOTS)
  const progress = createProgress('solving', boards.length * SOLVE_ROUNDS)
  const solve = await timeSolves(solver, boards, SOLVE_ROUNDS, (done) => progress.update(done))
  progress.end()
  const report: BenchReport = {
    machine: describeMachine(),
    runtime: `node ${process.versions.node}, ${solver.backend} ${build}`,
    gemm: [],
    step: BATCHES.map((batch, i) => ({
      model: model.card.name,
      batch,
      ours_ms: ms[i],
      ort_web_best_ms: null,
      ort_web_best: null,
      ratio: null,
    })),
    solve: [{ task: 'sudoku', ...solve }],
    notes: ['our engine alone; npm run bench compares it with onnxruntime-web'],
  }
  solver.dispose()
  if (options.json) printJson(report)
  else printText(describeBench(report))
  return EXIT.solved
}

/** `hrm bench --backend webgpu`: batches on the GPU and in wasm by turns, whatever the weights' task. */
async function gpuCommand({ weights, json }: BenchCommandOptions): Promise<number> {
  const [{ model }, { webgpu }] = await Promise.all([loadModel({ weights }), backendOptions('webgpu')])
  const report: BenchReport = {
    machine: describeMachine(),
    runtime: `node ${process.versions.node}`,
    gemm: [],
    step: [],
    solve: [],
    notes: ['one ACT step of every board, the carry staying where it is computed; wasm on one thread'],
    webgpu: await measureGpu(model, webgpu!, (batch) => remark(`timing ${batch} boards`)),
  }
  if (json) printJson(report)
  else printText(describeBench(report))
  return EXIT.solved
}

import { createSolver } from '../../src/index.ts'
import type { CreateSolverOptions, Solver } from '../../src/solve/types.ts'
import { ORT } from './ort.ts'
import { webGpu } from './web-gpu.ts'
import { weightsHashes } from './weights-hash.ts'

/** A script of its own, loaded when someone asks for the GPU: few do, and ONNX Runtime has 17 MB. */
export async function createGpuSolver(onFallback: CreateSolverOptions['onFallback']): Promise<Solver> {
  const solver = await createSolver({
    task: 'sudoku',
    sha256: weightsHashes.sudoku,
    slots: 1,
    backend: 'webgpu',
    webgpu: webGpu(ORT),
    onFallback,
  })
  // The first step compiles the shaders, which is no part of a solve.
  await solver.solve('.'.repeat(81), { maxSteps: 1 })
  return solver
}

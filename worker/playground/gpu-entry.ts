import { createSolver } from '../../src/index.ts'
import type { CreateSolverOptions, Solver } from '../../src/solve/types.ts'
import { createWebGpu } from '../../src/webgpu/webgpu.ts'
import { ORT } from './ort.ts'
import { weightsHashes } from './weights-hash.ts'

/** A script of its own, loaded when someone asks for the GPU: few do, and ONNX Runtime has 17 MB. */
export async function createGpuSolver(onFallback: CreateSolverOptions['onFallback']): Promise<Solver> {
  const webgpu = createWebGpu(
    { wasmPaths: ORT },
    { gpu: async () => navigator.gpu, ort: () => import(`${ORT}ort.jspi.min.mjs`) },
  )
  const solver = await createSolver({
    task: 'sudoku',
    sha256: weightsHashes.sudoku,
    slots: 1,
    backend: 'webgpu',
    webgpu,
    onFallback,
  })
  // The first step compiles the shaders, which is no part of a solve.
  await solver.solve('.'.repeat(81), { maxSteps: 1 })
  return solver
}

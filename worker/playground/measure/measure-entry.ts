import { type GpuReport, measureGpu } from '../../../src/bench/gpu-bench.ts'
import { serveCalls } from '../../../src/threads/host.ts'
import { threadPort } from '../../../src/threads/web-port.ts'
import { loadModel } from '../../../src/weights/load-model.ts'
import { webGpu } from '../web-gpu.ts'

/** What the worker can be asked: to time batches on the GPU and in wasm. */
export interface MeasureRequest {
  type: 'measure'
  /** Where ONNX Runtime lies. */
  ort: string
  /** Of the weights; undefined where the page has nothing to check it with. */
  sha256: string | undefined
}

export interface MeasureProgress {
  /** Boards that are timed now. */
  batch: number
  report: GpuReport
}

/** The script of a worker of its own: wasm takes seconds for a step of 512 boards. The page ends it to stop it. */
serveCalls<MeasureRequest>(threadPort(), async ({ ort, sha256 }, call) => {
  const { model } = await loadModel({ task: 'sudoku', sha256 })
  return measureGpu(model, webGpu(ort), (batch, report) => call.progress({ batch, report } satisfies MeasureProgress))
})

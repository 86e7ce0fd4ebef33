// No Node imports here: the playground runs this too.
import { createEngineFactory, type EngineFactory, openEngines } from '../engines/create-engine.ts'
import type { WebGpu } from '../engines/gpu.ts'
import { breakEvenOf } from '../engines/webgpu/measure.ts'
import type { Model } from '../weights/model.ts'
import { stepSubject } from './engine-bench.ts'
import { localSide, timeInterleaved } from './timing.ts'

/** What `hrm bench --backend webgpu` adds: ACT steps of so many boards at once, on the GPU and in wasm. */
export interface GpuReport {
  adapter: string
  /** From how many boards on the GPU is quicker, by the first and the last row; null where it never is. */
  break_even: number | null
  batches: { batch: number; webgpu_boards_per_s: number; wasm_boards_per_s: number; ratio: number }[]
  /** Batches left out because a step would take too long here. */
  left_out: number[]
}

const BATCHES = [1, 8, 64, 512]
/** Seconds that a step may take: a batch that would take longer is left out. */
const PATIENCE = 60
/** Turns of each side, after one in which shaders are compiled: few, because a step may take seconds. */
const ROUNDS = 3
const TURN_MS = 50

/** Told which batch is timed next, and what is known by then. */
export type OnBatch = (batch: number, report: GpuReport) => void

/**
 * Times the GPU and wasm, on boards of the model's own size; what stands in them takes no time.
 * @throws HrmError `engine_unavailable` without a GPU, or why it failed meanwhile
 */
export async function measureGpu(model: Model, webgpu: WebGpu, onBatch: OnBatch): Promise<GpuReport> {
  let failure: Error | undefined
  const onFallback = ({ error }: { error: Error }) => {
    failure = error
  }
  const [engines, createWasm] = await Promise.all([
    openEngines({ backend: 'webgpu', webgpu, onFallback }),
    createEngineFactory('wasm'),
  ])
  try {
    const report = await benchGpu(model, engines.create, createWasm, onBatch)
    // The rest was computed by wasm.
    if (failure) throw failure
    return report
  } finally {
    engines.release()
  }
}

/** Times both sides by turns. */
export async function benchGpu(
  model: Model,
  createGpu: EngineFactory,
  createWasm: EngineFactory,
  onBatch: OnBatch,
): Promise<GpuReport> {
  const report: GpuReport = { adapter: '', break_even: null, batches: [], left_out: [] }
  let gpuMs = 0
  let measured = 0
  for (const batch of BATCHES) {
    // A software adapter takes as much longer as there are more boards.
    if ((gpuMs / 1000) * (batch / Math.max(1, measured)) > PATIENCE) {
      report.left_out.push(batch)
      continue
    }
    onBatch(batch, report)
    const gpu = stepSubject(model, createGpu, batch)
    const wasm = stepSubject(model, createWasm, batch)
    const sides = [localSide('gpu', gpu.run), localSide('wasm', wasm.run)]
    const ms = await timeInterleaved(sides, { rounds: ROUNDS, turnMs: TURN_MS })
    report.adapter = gpu.engine.build
    for (const { engine } of [gpu, wasm]) engine.dispose()
    gpuMs = ms[0]
    measured = batch
    report.batches.push({
      batch,
      webgpu_boards_per_s: (1000 * batch) / ms[0],
      wasm_boards_per_s: (1000 * batch) / ms[1],
      ratio: ms[1] / ms[0],
    })
  }
  report.break_even = breakEven(report.batches)
  return report
}

function breakEven(batches: GpuReport['batches']): number | null {
  const [first, last] = [batches[0], batches[batches.length - 1]]
  if (!first || first === last) return null
  const from = breakEvenOf(
    1 / last.wasm_boards_per_s,
    first.batch / first.webgpu_boards_per_s,
    last.batch / last.webgpu_boards_per_s,
    last.batch,
  )
  return Number.isFinite(from) ? from : null
}

import type { GpuReport } from '../../bench/gpu-bench.ts'
import type { Machine } from './machine.ts'

/** What `npm run bench -- --json` and `hrm bench --json` print. `null`: not measured, see `notes`. */
export interface BenchReport {
  machine: Machine
  /** Runtime and version, and the engine's build. */
  runtime: string
  /** Matrix products alone; `shape` is `m x k x n`; billions of multiplications and additions a second. */
  gemm: { shape: string; ours_gops: number | null; ort_web_f32_gops: number | null; ort_web_int8_gops: number | null }[]
  /** One ACT step of `batch` boards, one thread. `ratio`: how many times faster we are. */
  step: {
    model: string
    batch: number
    ours_ms: number
    ort_web_best_ms: number | null
    ort_web_best: string | null
    ratio: number | null
  }[]
  /** Whole solves of the sample boards, one at a time. */
  solve: { task: string; p50_ms: number; p99_ms: number }[]
  notes: string[]
  /** Only of `hrm bench --backend webgpu`. */
  webgpu?: GpuReport
}

import type { GpuReport } from '../../bench/gpu-bench.ts'
import type { BenchReport } from './report.ts'

/** The report as tables, for people. */
export function describeBench({ machine, runtime, gemm, step, solve, notes, webgpu }: BenchReport): string {
  const number = (value: number | null, digits: number) => (value === null ? '-' : value.toFixed(digits))
  const parts = [
    `${machine.cpu}, ${machine.cores} cores, ${machine.memory_gb} GB, ${machine.os}\n${runtime}, one thread`,
  ]
  if (gemm.length > 0) {
    parts.push(
      table(
        ['int8 GEMM m x k x n', 'ours GOPS', 'ort f32', 'ort int8'],
        gemm.map((g) => [
          g.shape,
          number(g.ours_gops, 1),
          number(g.ort_web_f32_gops, 1),
          number(g.ort_web_int8_gops, 1),
        ]),
      ),
    )
  }
  if (webgpu) parts.push(describeGpu(webgpu, number))
  if (step.length > 0)
    parts.push(
      table(
        ['one ACT step', 'boards', 'ours ms', 'ort best ms', 'ratio', 'ort best is'],
        step.map((s) => [
          s.model,
          String(s.batch),
          number(s.ours_ms, 2),
          number(s.ort_web_best_ms, 2),
          number(s.ratio, 2),
          s.ort_web_best ?? '-',
        ]),
      ),
    )
  if (solve.length > 0)
    parts.push(
      table(
        ['solve', 'p50 ms', 'p99 ms'],
        solve.map((s) => [s.task, number(s.p50_ms, 1), number(s.p99_ms, 1)]),
      ),
    )
  if (notes.length > 0) parts.push(notes.map((note) => `note: ${note}`).join('\n'))
  return parts.join('\n\n')
}

function describeGpu(report: GpuReport, number: (value: number | null, digits: number) => string): string {
  const { adapter, batches, break_even, left_out } = report
  const head = ['boards at once', 'webgpu boards/s', 'wasm boards/s', 'ratio']
  const rows = batches.map((b) => [
    String(b.batch),
    number(b.webgpu_boards_per_s, 1),
    number(b.wasm_boards_per_s, 1),
    number(b.ratio, 2),
  ])
  const lines = [`adapter: ${adapter}`, table(head, rows)]
  lines.push(
    break_even === null
      ? 'webgpu is not quicker for any number of boards'
      : `webgpu is quicker from ${break_even} boards on`,
  )
  if (left_out.length > 0) lines.push(`left out, because a step would take over a minute: ${left_out.join(', ')}`)
  return lines.join('\n')
}

/** Columns as wide as they need to be, the first to the left, the others to the right. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows]
  const widths = head.map((_, c) => Math.max(...all.map((row) => row[c].length)))
  return all
    .map((row) => row.map((cell, c) => (c === 0 ? cell.padEnd(widths[c]) : cell.padStart(widths[c]))).join('   '))
    .join('\n')
}

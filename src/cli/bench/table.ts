import type { BenchReport } from './report.ts'

/** The report as tables, for people. */
export function describeBench({ machine, runtime, gemm, step, solve, notes }: BenchReport): string {
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
    table(
      ['solve', 'p50 ms', 'p99 ms'],
      solve.map((s) => [s.task, number(s.p50_ms, 1), number(s.p99_ms, 1)]),
    ),
    ...(notes.length > 0 ? [notes.map((note) => `note: ${note}`).join('\n')] : []),
  )
  return parts.join('\n\n')
}

/** Columns as wide as they need to be, the first to the left, the others to the right. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows]
  const widths = head.map((_, c) => Math.max(...all.map((row) => row[c].length)))
  return all
    .map((row) => row.map((cell, c) => (c === 0 ? cell.padEnd(widths[c]) : cell.padStart(widths[c]))).join('   '))
    .join('\n')
}

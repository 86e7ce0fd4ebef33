export interface Tally {
  answers: number
  /** Boards solved, each checked by the rules. */
  solved: number
  /** By kind of request and status. */
  statuses: Map<string, number>
  wrong: string[]
  /** Milliseconds of every 200 to a single solve. */
  solveMs: number[]
  /** Connections that failed, by why. */
  failures: Map<string, number>
}

/** Prints what happened. @returns whether every answer was right */
export function report(run: Tally & { seconds: number; cpu?: number; timeouts: number }, machine: string): boolean {
  const { answers, solved, statuses, wrong, solveMs, failures, seconds, cpu, timeouts } = run
  const times = solveMs.toSorted((a, b) => a - b)
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))]?.toFixed(0)
  const lines = [
    `${machine}; ${answers} answers in ${seconds.toFixed(1)} s`,
    ...[...statuses].sort().map(([key, count]) => `  ${key.padEnd(24)}${String(count).padStart(8)}`),
    `boards solved and checked: ${solved} (${(solved / seconds).toFixed(1)} a second)`,
    `single solves answered 200: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`,
    ...(cpu === undefined ? [] : [`CPU time of the server: ${cpu.toFixed(1)} s`]),
    `connections that failed: ${[...failures].map(([why, count]) => `${count} (${why})`).join(', ') || 0}, timeouts: ${timeouts}`,
    `wrong answers: ${wrong.length}`,
    ...wrong.slice(0, 10).map((what) => `  ${what}`),
  ]
  console.log(lines.join('\n'))
  return wrong.length === 0 && failures.size === 0 && timeouts === 0
}

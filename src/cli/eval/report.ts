import { ascending, mean, percentile } from '../../numerics/stats.ts'
import type { RowResult } from './evaluator.ts'

/** What `hrm eval --json` prints. Shares are of all rows, 0..1. */
export interface EvalReport {
  task: string
  n: number
  /** Share solved, and verified where the task has rules, within `max_steps`. */
  solved: number
  /** Boards returned as solved that differ from a unique answer. */
  wrong: number
  /** Boards given up when `max_steps` were spent. */
  unsolved: number
  /** Share the model alone had right at its last step of one attempt, no verifier asked. */
  raw_exact: number
  /** The same for any board that obeys the rules; absent where none are known. */
  raw_valid?: number
  /** ACT steps a board took; an unsolved one counts with all it spent. */
  mean_steps: number
  p50_steps: number
  p99_steps: number
  seconds: number
  max_steps: number
  model: string
  /** With `--details`. */
  details?: EvalDetails
}

export interface EvalDetails {
  /** Share solved within so many ACT steps of the same solves. */
  solved_within: { steps: number; solved: number }[]
  /**
   * The halting head at the model's last step: of the boards it calls right, those that are (null where it calls none;
   * any that obeys the rules is right),
   * and of those that are right, those it calls so.
   */
  halting: { precision: number | null; recall: number | null }
}

export function summarise(
  results: readonly RowResult[],
  run: Pick<EvalReport, 'task' | 'seconds' | 'max_steps' | 'model'> & { hasRules: boolean },
): EvalReport {
  const n = results.length
  const count = (is: (r: RowResult) => boolean) => results.filter(is).length
  const steps = ascending(results.map((r) => r.steps))
  const unsolved = count((r) => r.status === 'unsolved')
  return {
    task: run.task,
    n,
    solved: (n - unsolved) / n,
    wrong: count((r) => r.wrong),
    unsolved,
    raw_exact: count((r) => r.rawExact) / n,
    ...(run.hasRules && { raw_valid: count((r) => r.rawValid) / n }),
    mean_steps: mean(steps),
    p50_steps: percentile(steps, 0.5),
    p99_steps: percentile(steps, 0.99),
    seconds: Math.round(run.seconds * 1000) / 1000,
    max_steps: run.max_steps,
    model: run.model,
  }
}

export function detail(results: readonly RowResult[], maxSteps: number): EvalDetails {
  const solvedBy = (k: number) => results.filter((r) => r.status === 'solved' && r.steps <= k).length
  const steps = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096].filter((k) => k < maxSteps)
  const called = results.filter((r) => r.halts)
  const right = results.filter((r) => r.rawValid)
  const both = called.filter((r) => r.rawValid).length
  const share = (of: readonly RowResult[]) => (of.length > 0 ? both / of.length : null)
  return {
    solved_within: [...steps, maxSteps].map((k) => ({ steps: k, solved: solvedBy(k) / results.length })),
    halting: { precision: share(called), recall: share(right) },
  }
}

export function describeReport(r: EvalReport): string {
  const percent = (share: number | null) => (share === null ? 'none' : `${(100 * share).toFixed(2)}%`)
  const valid = r.raw_valid === undefined ? '' : `; obeys the rules ${percent(r.raw_valid)}`
  const details = r.details && [
    `  within     ${r.details.solved_within.map(({ steps, solved }) => `${steps}: ${percent(solved)}`).join(', ')}`,
    `  halting    precision ${percent(r.details.halting.precision)}, recall ${percent(r.details.halting.recall)}`,
  ]
  return [
    `${r.task}, ${r.n} boards, ${r.model}, at most ${r.max_steps} steps a board`,
    `  solved     ${percent(r.solved)}   (unsolved ${r.unsolved}, wrong ${r.wrong})`,
    `  raw exact  ${percent(r.raw_exact)}   (one attempt, no verifier${valid})`,
    `  steps      mean ${r.mean_steps.toFixed(1)}, median ${r.p50_steps}, p99 ${r.p99_steps}`,
    `  time       ${r.seconds.toFixed(1)} s, ${(r.n / r.seconds).toFixed(1)} boards/s`,
    ...(details ?? []),
  ].join('\n')
}

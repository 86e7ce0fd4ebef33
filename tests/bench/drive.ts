import { type Side, timeInterleaved } from '../../src/bench/timing.ts'
import type { Machine } from '../../src/cli/bench/machine.ts'
import type { BenchReport } from '../../src/cli/bench/report.ts'
import { ascending, percentile } from '../../src/numerics/stats.ts'
import type { Bench, GroupInfo } from './bench.ts'

/** A bench that may live in another process. */
export type RemoteBench = {
  [K in keyof Bench]: (...args: Parameters<Bench[K]>) => Promise<Awaited<ReturnType<Bench[K]>>>
}

/** After the first look, sides of ONNX Runtime this many times slower than its fastest are not timed any further. */
const HOPELESS = 1.15
const TURN_MS = 60
/** A first look is long enough for the runtime to have optimised what it runs often. */
const LOOK_MS = 250
/** Rounds of a group: as many as fit into so much time, within these bounds. */
const GROUP_MS = 15_000
const MIN_ROUNDS = 5
const MAX_ROUNDS = 25
const SOLVE_ROUNDS = 10

/** Runs the whole benchmark through `bench` and puts the report together. */
export async function drive(
  bench: RemoteBench,
  runtime: string,
  machine: Machine,
  log: (message: string) => void,
): Promise<BenchReport> {
  const { engine, groups, boards } = await bench.describe()
  const report: BenchReport = { machine, runtime: `${runtime}, ${engine}`, gemm: [], step: [], solve: [], notes: [] }
  // What was far from the best with one board is not tried again with more.
  const contenders = new Map<string, string[]>()
  for (const [index, group] of groups.entries()) {
    log(`${group.kind} ${group.label}, ${group.batch} board${group.batch === 1 ? '' : 's'}`)
    const { sides, notes } = await bench.open(index, contenders.get(group.label))
    report.notes.push(...notes)
    const ms = await timeSides(bench, sides, group.kind === 'gemm')
    await bench.close()
    contenders.set(group.label, inReach(ms))
    if (group.kind === 'gemm') report.gemm.push(gemmRow(group, ms))
    else report.step.push(stepRow(group, ms))
  }
  log('whole solves')
  const times: number[] = []
  for (let round = 0; round <= SOLVE_ROUNDS; round++) {
    for (let board = 0; board < boards; board++) {
      const ms = await bench.solve(board)
      if (round > 0) times.push(ms)
    }
  }
  const sorted = ascending(times)
  report.solve.push({
    task: 'sudoku',
    p50_ms: round(percentile(sorted, 0.5)),
    p99_ms: round(percentile(sorted, 0.99)),
  })
  return report
}

/**
 * @param all whether every side's figure counts; otherwise sides out of reach keep the figure of the first look
 * @returns milliseconds of one run by side name
 */
async function timeSides(bench: RemoteBench, names: readonly string[], all: boolean): Promise<Map<string, number>> {
  const side = (name: string): Side => ({ name, time: (runs) => bench.time(names.indexOf(name), runs) })
  const look = await timeInterleaved(names.map(side), { rounds: 1, turnMs: LOOK_MS })
  const ms = new Map(names.map((name, i) => [name, look[i]]))
  const worthIt = all ? names : [names[0], ...inReach(ms)]
  const roundMs = worthIt.reduce((sum, name) => sum + Math.max(TURN_MS, ms.get(name)!), 0)
  const rounds = Math.min(MAX_ROUNDS, Math.max(MIN_ROUNDS, Math.floor(GROUP_MS / roundMs)))
  const exact = await timeInterleaved(worthIt.map(side), { rounds, turnMs: TURN_MS })
  worthIt.forEach((name, i) => {
    ms.set(name, exact[i])
  })
  return ms
}

/** Names of ONNX Runtime's sides that are near its best. */
function inReach(ms: Map<string, number>): string[] {
  const others = [...ms].filter(([name]) => name !== 'ours')
  const best = Math.min(...others.map(([, time]) => time))
  return others.filter(([, time]) => time <= HOPELESS * best).map(([name]) => name)
}

/** What a figure is good for. */
const round = (value: number) => Math.round(value * 1e4) / 1e4

function gemmRow({ label, operations }: GroupInfo, ms: Map<string, number>): BenchReport['gemm'][number] {
  const gops = (name: string) => {
    const time = ms.get(name)
    return time === undefined ? null : round(operations / time / 1e6)
  }
  return {
    shape: label,
    ours_gops: gops('ours'),
    ort_web_f32_gops: gops('f32'),
    ort_web_int8_gops: gops('int8'),
  }
}

function stepRow({ label, batch }: GroupInfo, ms: Map<string, number>): BenchReport['step'][number] {
  const ours = ms.get('ours')!
  const others = [...ms].filter(([name]) => name !== 'ours').sort(([, a], [, b]) => a - b)
  const [name, best] = others[0] ?? [null, null]
  return {
    model: label,
    batch,
    ours_ms: round(ours),
    ort_web_best_ms: best === null ? null : round(best),
    ort_web_best: name,
    ratio: best === null ? null : round(best / ours),
  }
}

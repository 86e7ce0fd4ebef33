// `npm run precision -- FILE [--limit N] [--skip N] [--max-steps N] [--weights FILE] [--solves] [--seeds N]`: what int8
// costs. The same boards, the same search and seed with the engine that ships and with float32; who solves which within how
// many ACT steps. `--solves` leaves out the net alone, whose 16 steps a board take most of the time where boards are soon
// solved. `--seeds N` searches N times, with seeds 0 to N - 1: chance decides many boards, and the mean has less of it.
import { parseArgs } from 'node:util'
import { createEvaluator, type Evaluator, type RowSolve } from '../../src/cli/eval/evaluator.ts'
import { detail, summarise } from '../../src/cli/eval/report.ts'
import { readEvalRows } from '../../src/cli/eval/rows.ts'
import { createProgress } from '../../src/cli/progress.ts'
import { loadModel } from '../../src/weights/load-model.ts'
import { createOrtFloatEngine } from './float-engine.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    limit: { type: 'string', default: '200' },
    skip: { type: 'string', default: '0' },
    'max-steps': { type: 'string', default: '1024' },
    task: { type: 'string', default: 'sudoku' },
    weights: { type: 'string' },
    solves: { type: 'boolean', default: false },
    seeds: { type: 'string', default: '1' },
  },
})
const [limit, skip, maxSteps, seeds] = [values.limit, values.skip, values['max-steps'], values.seeds].map(Number)
if (positionals.length !== 1 || !(limit >= 1 && skip >= 0 && maxSteps >= 1 && seeds >= 1)) {
  throw new Error('see the head of this file')
}
const loaded = await loadModel({ task: values.task, weights: values.weights })
const ort = await import('onnxruntime-web')
ort.env.wasm.numThreads = 1

type Name = 'int8' | 'float32'
type Both<T> = Record<Name, T>

const openEvaluator = (name: Name, seed: number): Promise<Evaluator> => {
  const options = { loaded, maxSteps, seed, slots: 8 }
  if (name === 'int8') return createEvaluator(options)
  return createEvaluator(options, async () => ({
    create: (engine) => createOrtFloatEngine(engine, ort),
    release() {},
  }))
}

/** What both engines make of the rows. */
async function both<T>(measure: (name: Name) => Promise<T>): Promise<Both<T>> {
  return { int8: await measure('int8'), float32: await measure('float32') }
}

/** One engine's part, with a bar and the seconds it took. Disposes the evaluator. */
async function timed<R>(
  name: Name,
  evaluator: Evaluator,
  count: number,
  measure: (onRow: () => void) => Promise<R[]>,
): Promise<{ results: R[]; seconds: number }> {
  const progress = createProgress(name, count)
  let done = 0
  const began = performance.now()
  const results = await measure(() => progress.update(++done))
  progress.end()
  evaluator.dispose()
  return { results, seconds: (performance.now() - began) / 1000 }
}

/** Counts who alone fulfils something. @returns by how many points of the rows int8 does more often */
function compare<R>(what: string, { int8, float32 }: Both<R[]>, is: (result: R) => boolean): number {
  const count = { both: 0, int8: 0, float32: 0, neither: 0 }
  rows.forEach((_, i) => {
    const [a, b] = [is(int8[i]), is(float32[i])]
    count[a ? (b ? 'both' : 'int8') : b ? 'float32' : 'neither']++
  })
  const points = (100 * (count.int8 - count.float32)) / rows.length
  console.log(
    `${what}: both ${count.both}, int8 alone ${count.int8}, float32 alone ${count.float32}, neither ${count.neither}; ` +
      `int8 ${signed(points)} points`,
  )
  return points
}

const signed = (points: number): string => `${points >= 0 ? '+' : ''}${points.toFixed(2)}`

const budgets = [16, 64, 256, 1024].filter((k) => k <= maxSteps)

const within = ({ status, steps }: RowSolve, budget: number): boolean => status === 'solved' && steps <= budget

/** @returns the points of each budget */
function compareSolves(solves: Both<RowSolve[]>): number[] {
  const points = budgets.map((k) => compare(`within ${k}`, solves, (r) => within(r, k)))
  compare('wrong', solves, (r) => r.wrong)
  return points
}

/** The solves with another seed. What the net solved before any search comes out the same, and is not computed again. */
async function reseed(name: Name, seed: number, before: readonly RowSolve[]): Promise<RowSolve[]> {
  const { halt_max_steps } = loaded.model.config
  const searched = [...before.keys()].filter((i) => !within(before[i], halt_max_steps))
  const again = searched.map((i) => rows[i])
  const evaluator = await openEvaluator(name, seed)
  const { results } = await timed(name, evaluator, again.length, (onRow) => evaluator.solve(again, onRow))
  const solves = [...before]
  searched.forEach((i, k) => {
    solves[i] = results[k]
  })
  return solves
}

const start = await both((name) => openEvaluator(name, 0))
const { task, model } = start.int8
const rows = (await readEvalRows(positionals[0], task, skip + limit)).slice(skip)
let first: Both<RowSolve[]>
if (values.solves) {
  first = await both(async (name) => {
    const { results } = await timed(name, start[name], rows.length, (onRow) => start[name].solve(rows, onRow))
    return results
  })
} else {
  const net = await both((name) => timed(name, start[name], rows.length, (onRow) => start[name].evaluate(rows, onRow)))
  for (const [name, { results, seconds }] of Object.entries(net)) {
    const run = { task: values.task, hasRules: task.hasRules, seconds, max_steps: maxSteps }
    console.log(
      JSON.stringify({
        ...summarise(results, { ...run, model: `${model.name}, ${name}` }),
        details: detail(results, maxSteps),
      }),
    )
  }
  const results = { int8: net.int8.results, float32: net.float32.results }
  compare('the net alone', results, (r) => r.rawExact)
  first = results
}
const points = [compareSolves(first)]
for (let seed = 1; seed < seeds; seed++) {
  console.log(`seed ${seed}`)
  points.push(compareSolves(await both((name) => reseed(name, seed, first[name]))))
}
if (seeds > 1) {
  budgets.forEach((k, at) => {
    const mean = points.reduce((sum, of) => sum + of[at], 0) / seeds
    console.log(`within ${k}, mean of ${seeds} seeds: int8 ${signed(mean)} points`)
  })
}

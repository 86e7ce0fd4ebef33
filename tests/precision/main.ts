// `npm run precision -- FILE [--limit N] [--skip N] [--max-steps N] [--weights FILE] [--solves]`: what int8 costs. The same
// boards, the same search and seed with the engine that ships and with float32; who solves which within how many ACT steps.
// `--solves` leaves out the net alone, whose 16 steps a board take most of the time where boards are soon solved.
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
  },
})
const maxSteps = Number(values['max-steps'])
if (positionals.length !== 1 || !(Number(values.limit) >= 1 && Number(values.skip) >= 0 && maxSteps >= 1)) {
  throw new Error('see the head of this file')
}
const loaded = await loadModel({ task: values.task, weights: values.weights })
const options = { loaded, maxSteps, seed: 0, slots: 8 }

const ort = await import('onnxruntime-web')
ort.env.wasm.numThreads = 1
const float = await createEvaluator(options, async () => ({
  create: (engine) => createOrtFloatEngine(engine, ort),
  release() {},
}))
const int8 = await createEvaluator(options)
const skip = Number(values.skip)
const rows = (await readEvalRows(positionals[0], int8.task, skip + Number(values.limit))).slice(skip)

const engines = { int8, float32: float }
type Name = keyof typeof engines

/** What each engine makes of the rows, and how long that took it. */
async function both<R>(measure: (evaluator: Evaluator, onRow: () => void) => Promise<R[]>) {
  const one = async (name: Name) => {
    const progress = createProgress(name, rows.length)
    let done = 0
    const began = performance.now()
    const results = await measure(engines[name], () => progress.update(++done))
    progress.end()
    engines[name].dispose()
    return { results, seconds: (performance.now() - began) / 1000 }
  }
  return { int8: await one('int8'), float32: await one('float32') }
}

/** Counts who alone fulfils something. */
function compare<R>(what: string, { int8, float32 }: Record<Name, { results: R[] }>, is: (result: R) => boolean): void {
  const count = { both: 0, int8: 0, float32: 0, neither: 0 }
  rows.forEach((_, i) => {
    const [a, b] = [is(int8.results[i]), is(float32.results[i])]
    count[a ? (b ? 'both' : 'int8') : b ? 'float32' : 'neither']++
  })
  const points = (100 * (count.int8 - count.float32)) / rows.length
  console.log(
    `${what}: both ${count.both}, int8 alone ${count.int8}, float32 alone ${count.float32}, neither ${count.neither}; ` +
      `int8 ${points >= 0 ? '+' : ''}${points.toFixed(2)} points`,
  )
}

function compareSolves(measured: Record<Name, { results: RowSolve[] }>): void {
  for (const steps of [16, 64, 256, 1024].filter((k) => k <= maxSteps)) {
    compare(`within ${steps}`, measured, (r) => r.status === 'solved' && r.steps <= steps)
  }
  compare('wrong', measured, (r) => r.wrong)
}

if (values.solves) compareSolves(await both((evaluator, onRow) => evaluator.solve(rows, onRow)))
else {
  const measured = await both((evaluator, onRow) => evaluator.evaluate(rows, onRow))
  for (const name of ['int8', 'float32'] as const) {
    const { results, seconds } = measured[name]
    const { hasRules } = engines[name].task
    const run = { task: values.task, hasRules, seconds, max_steps: maxSteps }
    const report = summarise(results, { ...run, model: `${engines[name].model.name}, ${name}` })
    console.log(JSON.stringify({ ...report, details: detail(results, maxSteps) }))
  }
  compare('the net alone', measured, (r) => r.rawExact)
  compareSolves(measured)
}

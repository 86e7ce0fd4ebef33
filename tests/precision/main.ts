// `npm run precision -- FILE [--limit N] [--skip N] [--max-steps N] [--weights FILE]`: what int8 costs. The same boards,
// the same search and seed with the engine that ships and with float32; who solves which within how many ACT steps.
import { parseArgs } from 'node:util'
import { createEvaluator, type RowResult } from '../../src/cli/eval/evaluator.ts'
import { detail, summarise } from '../../src/cli/eval/report.ts'
import { readEvalRows } from '../../src/cli/eval/rows.ts'
import { createProgress } from '../../src/cli/progress.ts'
import { createOrtFloatEngine } from './float-engine.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    limit: { type: 'string', default: '200' },
    skip: { type: 'string', default: '0' },
    'max-steps': { type: 'string', default: '1024' },
    task: { type: 'string', default: 'sudoku' },
    weights: { type: 'string' },
  },
})
const maxSteps = Number(values['max-steps'])
if (positionals.length !== 1 || !(Number(values.limit) >= 1 && Number(values.skip) >= 0 && maxSteps >= 1)) {
  throw new Error('see the head of this file')
}
const options = { task: values.task, weights: values.weights, maxSteps, seed: 0, slots: 8 }

const ort = await import('onnxruntime-web')
ort.env.wasm.numThreads = 1
const float = await createEvaluator(options, async () => ({
  create: (engine) => createOrtFloatEngine(engine, ort),
  release() {},
}))
const int8 = await createEvaluator(options)
const skip = Number(values.skip)
const rows = (await readEvalRows(positionals[0], int8.task, skip + Number(values.limit))).slice(skip)

const results: Record<'int8' | 'float32', RowResult[]> = { int8: [], float32: [] }
for (const [name, evaluator] of [
  ['int8', int8],
  ['float32', float],
] as const) {
  const progress = createProgress(name, rows.length)
  let done = 0
  const began = performance.now()
  results[name] = await evaluator.evaluate(rows, () => progress.update(++done))
  progress.end()
  const { hasRules } = evaluator.task
  const run = { task: values.task, hasRules, seconds: (performance.now() - began) / 1000, max_steps: maxSteps }
  const report = summarise(results[name], { ...run, model: `${evaluator.model.name}, ${name}` })
  console.log(JSON.stringify({ ...report, details: detail(results[name], maxSteps) }))
  evaluator.dispose()
}

const compare = (what: string, is: (result: RowResult) => boolean) => {
  const count = { both: 0, int8: 0, float32: 0, neither: 0 }
  rows.forEach((_, i) => {
    const [a, b] = [is(results.int8[i]), is(results.float32[i])]
    count[a ? (b ? 'both' : 'int8') : b ? 'float32' : 'neither']++
  })
  const points = (100 * (count.int8 - count.float32)) / rows.length
  console.log(
    `${what}: both ${count.both}, int8 alone ${count.int8}, float32 alone ${count.float32}, neither ${count.neither}; ` +
      `int8 ${points >= 0 ? '+' : ''}${points.toFixed(2)} points`,
  )
}
compare('the net alone', (r) => r.rawExact)
for (const steps of [16, 64, 256, 1024].filter((k) => k <= maxSteps)) {
  compare(`within ${steps}`, (r) => r.status === 'solved' && r.steps <= steps)
}

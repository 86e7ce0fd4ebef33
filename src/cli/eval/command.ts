import { availableParallelism } from 'node:os'
import type { BackendChoice } from '../../engines/backend-option.ts'
import { DEFAULT_SLOTS } from '../../solve/options.ts'
import { loadModel } from '../../weights/load-model.ts'
import { GPU_BATCH, mayUseGpu } from '../backend.ts'
import { EXIT } from '../failure.ts'
import { printJson, printText } from '../output.ts'
import { createProgress } from '../progress.ts'
import { createEvaluator, type EvaluatorOptions } from './evaluator.ts'
import { evaluateOnThreads } from './pool.ts'
import { describeReport, detail, summarise } from './report.ts'
import { readEvalRows } from './rows.ts'

export interface EvalOptions {
  data: string
  limit?: number
  maxSteps: number
  seed: number
  threads?: number
  backend?: BackendChoice
  weights?: string
  json?: boolean
  details?: boolean
}

/** `hrm eval`: measures a model on a data set. @returns the exit code */
export async function evalCommand(task: string, options: EvalOptions): Promise<number> {
  const { data, limit, maxSteps, seed, weights, backend, threads = availableParallelism() } = options
  const gpu = mayUseGpu(backend)
  // Once, for all threads: a pipe can be read only once, and a file may be replaced meanwhile.
  const loaded = await loadModel({ task, weights })
  const settings: EvaluatorOptions = { loaded, backend, maxSteps, seed, slots: gpu ? GPU_BATCH : DEFAULT_SLOTS }
  const evaluator = await createEvaluator(settings)
  try {
    const rows = await readEvalRows(data, evaluator.task, limit)
    const progress = createProgress('evaluating', rows.length)
    let done = 0
    const onRow = () => progress.update(++done)
    const start = performance.now()
    const results =
      threads === 1 || gpu
        ? await evaluator.evaluate(rows, onRow)
        : await evaluateOnThreads(rows, threads, settings, onRow)
    const seconds = (performance.now() - start) / 1000
    progress.end()
    const { hasRules } = evaluator.task
    const run = { task, hasRules, seconds, max_steps: maxSteps, model: evaluator.model.name }
    const report = summarise(results, run)
    if (options.details) report.details = detail(results, maxSteps)
    if (options.json) printJson(report)
    else printText(describeReport(report))
    return report.unsolved === 0 && report.wrong === 0 ? EXIT.solved : EXIT.unsolved
  } finally {
    evaluator.dispose()
  }
}

import { serveCalls } from '../../threads/host.ts'
import { threadPort } from '../../threads/node-port.ts'
import { createEvaluator, type Evaluator, type EvaluatorOptions } from './evaluator.ts'
import type { EvalRow } from './rows.ts'

/** What an evaluating thread can be asked. Progress is a call for every row that is done. */
export type EvalRequest = { type: 'create'; options: EvaluatorOptions } | { type: 'evaluate'; rows: readonly EvalRow[] }

let evaluator: Evaluator

serveCalls<EvalRequest>(threadPort(), async (request, call) => {
  if (request.type === 'evaluate') return evaluator.evaluate(request.rows, () => call.progress(undefined))
  evaluator = await createEvaluator(request.options)
})

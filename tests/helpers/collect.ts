import type { SolveResult, Solver, SolveStep } from '../../src/solve/types.ts'

/** All steps of a solve and its result. */
export async function collect(run: ReturnType<Solver['steps']>): Promise<{ steps: SolveStep[]; result: SolveResult }> {
  const steps: SolveStep[] = []
  for (;;) {
    const { done, value } = await run.next()
    if (done) return { steps, result: value }
    steps.push(value)
  }
}

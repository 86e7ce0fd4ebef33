import type { Solver } from '../src/solve/types.ts'
import { exampleOf } from './examples.ts'
import { ProblemError } from './problem.ts'

const PROBE_STEPS = 64

const proofs = new WeakMap<Solver, Promise<void>>()

/**
 * Waits until a solver has solved a board. It does so once, however often it is asked, and takes no place among the
 * solves in flight. Ask for the first time before the solver is lent to anyone: the probe then has a slot of the engine at
 * once, where it would have to wait for other people's solves later.
 * @throws ProblemError `not_ready`, and again whenever it is asked; HrmError where the engine fails, until it does not
 */
export function proofOf(solver: Solver): Promise<void> {
  const begun = proofs.get(solver)
  if (begun) return begun
  const proof = prove(solver)
  proofs.set(solver, proof)
  proof.catch((error) => {
    if (!(error instanceof ProblemError)) proofs.delete(solver)
  })
  return proof
}

/** The solver, its proof behind it; if it failed, that is for `/ready` to tell. */
export async function proved(solver: Solver): Promise<Solver> {
  await proofOf(solver).catch(() => {})
  return solver
}

/** Where no board is known to be easy, one step shows that the engine runs. */
async function prove(solver: Solver): Promise<void> {
  const { board, easy } = exampleOf(solver.model.config)
  const { verified, model } = await solver.solve(board, { maxSteps: easy ? PROBE_STEPS : 1, seed: 0 })
  if (easy && !verified) throw new ProblemError('not_ready', `The model ${model} does not solve its probe board.`)
}

import type { HrmError } from '../../src/errors.ts'
import type { CreateSolverOptions, Solver } from '../../src/solve/types.ts'

/**
 * A solver that fails together with its GPU, where others go on in wasm: what wasm computes must not be taken for the
 * GPU's. It is disposed then.
 * @param create makes the solver, which may solve at once
 * @param onEnd called once, when a solver that was handed out is of no use any more
 * @throws what `create` throws, and why the GPU failed meanwhile
 */
export async function withoutFallback(
  create: (onFallback: CreateSolverOptions['onFallback']) => Promise<Solver>,
  onEnd: () => void,
): Promise<Pick<Solver, 'steps'>> {
  let failure: HrmError | undefined
  let end = () => {}
  const solver = await create(({ error }) => {
    failure = error
    end()
  })
  if (failure) {
    solver.dispose()
    throw failure
  }
  end = () => {
    solver.dispose()
    onEnd()
  }
  return {
    async *steps(board, options) {
      try {
        const result = yield* solver.steps(board, options)
        if (failure) throw failure
        return result
      } catch (error) {
        // Rather than that the solver was disposed.
        throw failure ?? error
      }
    },
  }
}

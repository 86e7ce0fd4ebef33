import { HrmError } from '../errors.ts'
import type { ReadFiles } from '../solve/create-solver.ts'
import { ofNthBoard } from '../solve/nth-board.ts'
import type { CreateSolverOptions, SolveOptions, Solver } from '../solve/types.ts'
import { type HostCall, type HostPort, serveCalls } from './host.ts'

/** What a solver's worker can be asked. */
export type SolverRequest =
  | { type: 'create'; options: WireCreateOptions; lock: string }
  | { type: 'steps'; board: string; options: WireSolveOptions }
  | { type: 'solve'; board: string; options: WireSolveOptions }
  | { type: 'batch'; boards: readonly string[]; options: WireSolveOptions }
  /** Only whether `batch` would take the boards. */
  | { type: 'check'; boards: readonly string[] }

export type WireCreateOptions = Omit<CreateSolverOptions, 'signal' | 'onProgress' | 'webgpu' | 'onFallback'>
export type WireSolveOptions = Omit<SolveOptions, 'signal'>

/** The part of a solver that is data. */
export type SolverInfo = Pick<Solver, 'task' | 'model' | 'backend' | 'build'>

/** What answers `create`: with the files, for the workers that start later. */
export type CreatedSolver = SolverInfo & { files: ReadFiles }

/**
 * Answers requests with one solver. The solver gives the event loop a turn after every ACT step, so an `abort` is heard
 * while it computes.
 *
 * @param createSolver puts what it reads into `files`
 * @param holdLock takes a lock for as long as this worker lives, where its death would go unnoticed otherwise
 */
export function serveSolver(
  port: HostPort,
  createSolver: (options: CreateSolverOptions, files: ReadFiles) => Promise<Solver>,
  holdLock: (name: string) => Promise<boolean> = async () => false,
): void {
  let solver: Solver | undefined

  serveCalls<SolverRequest>(port, async (request, call) => {
    if (request.type === 'create') return create(request, call)
    if (solver === undefined) throw new HrmError('engine_failed', 'the worker has no solver yet')
    const { signal, progress } = call
    switch (request.type) {
      case 'solve':
        return solver.solve(request.board, { ...request.options, signal })
      case 'steps':
        return call.stream(solver.steps(request.board, { ...request.options, signal }))
      case 'batch':
        return solver.solveBatch(request.boards, { ...request.options, signal, onProgress: progress })
      case 'check':
        for (const [i, board] of request.boards.entries()) checkBoard(solver, board, i)
    }
  })

  async function create(
    { options, lock }: Extract<SolverRequest, { type: 'create' }>,
    call: HostCall,
  ): Promise<CreatedSolver> {
    call.alive(await holdLock(lock))
    const files: ReadFiles = { kernels: {} }
    const { signal, progress } = call
    solver = await createSolver({ ...options, signal, onProgress: progress }, files)
    return { task: solver.task, model: solver.model, backend: solver.backend, build: solver.build, files }
  }
}

/** `steps` reads the board at once and computes nothing before its first `next`. */
function checkBoard(solver: Solver, board: string, index: number): void {
  try {
    solver.steps(board)
  } catch (error) {
    throw ofNthBoard(error, index)
  }
}

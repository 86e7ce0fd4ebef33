import type { Engine, EngineOptions } from '../../src/engines/engine.ts'
import type { BatchEngines } from '../../src/engines/gpu.ts'
import { createRandom } from '../../src/numerics/random.ts'
import { createSolverFrom } from '../../src/solve/solver.ts'
import type { Solver } from '../../src/solve/types.ts'
import { createTask } from '../../src/tasks/create-task.ts'
import { buildGeometry, trainedShape } from '../../src/tasks/lists.ts'
import type { ModelConfig } from '../../src/weights/config.ts'
import { bruteForce, SHAPES } from './boards.ts'
import { CANDIDATES } from './configs.ts'
import { type FakeEngine, fakeEngine, type Thought } from './fake-engine.ts'
import { tinyModel } from './weights-file.ts'

export type Thinker = (thought: Thought) => void | Promise<void>

/** A solver whose engines are fakes; `engines` grows by one for every engine that the solver makes. */
export function fakeSolver(
  think: Thinker,
  options: {
    config?: ModelConfig
    slots?: number
    wrap?: (engine: FakeEngine, index: number) => Engine
    batch?: BatchEngines
  } = {},
): { solver: Solver; engines: FakeEngine[] } {
  const { config = CANDIDATES, slots = 2, wrap = (engine) => engine, batch } = options
  const model = tinyModel(config)
  const engines: FakeEngine[] = []
  const createEngine = (engineOptions: EngineOptions): Engine => {
    const engine = fakeEngine(engineOptions, think)
    engines.push(engine)
    return wrap(engine, engines.length - 1)
  }
  const first = createEngine({ model, geometry: buildGeometry(config, trainedShape(config)), slots })
  const solver = createSolverFrom({
    loaded: { model, sha256: '' },
    task: createTask(config),
    slots,
    engines: { create: createEngine, batch, release() {} },
    first,
  })
  return { solver, engines }
}

/** Slot steps that all engines have run. */
export const stepsRun = (engines: readonly FakeEngine[]): number =>
  engines.reduce((sum, { calls }) => sum + calls.flat().length, 0)

// Thinkers for candidates models: logits `[cells][n]`, tokens 0 open, 1 on, 2 off.

/** The symbols that a board's tokens set on, 0 elsewhere. */
export function givensOf(tokens: Uint8Array): { cells: Uint8Array; n: number } {
  const n = Math.round(tokens.length ** (1 / 3))
  const cells = new Uint8Array(n * n)
  tokens.forEach((token, i) => {
    if (token === 1) cells[Math.floor(i / n)] = (i % n) + 1
  })
  return { cells, n }
}

/** Believes in these symbols with all its might. */
export function believe(logits: Float32Array, cells: Uint8Array, n: number, strength = 20): void {
  logits.fill(0)
  cells.forEach((s, cell) => {
    if (s > 0) logits[cell * n + s - 1] = strength
  })
}

/** Knows the solution, and says it from the `after`-th step on; before, and where there is none, it has no opinion. */
export const oracle =
  (after: number): Thinker =>
  ({ tokens, step, logits }) => {
    const { cells, n } = givensOf(tokens)
    const solution = step >= after ? bruteForce(cells, SHAPES[`${n}x${n}`]) : undefined
    believe(logits, solution ?? new Uint8Array(n * n), n)
  }

export const noOpinion: Thinker = ({ logits }) => {
  logits.fill(0)
}

/** Repeats what it was told, and has no opinion on the rest. */
export const echo: Thinker = ({ tokens, logits }) => {
  tokens.forEach((token, i) => {
    logits[i] = [0, 20, -20][token]
  })
}

/** Repeats what it was told, and is sure of something random about the rest; the same for the same tokens. */
export const confidentLiar =
  (seed: number): Thinker =>
  ({ tokens, logits }) => {
    const { next } = createRandom(seed)
    tokens.forEach((token, i) => {
      logits[i] = [8 * next(), 20, -20][token]
    })
  }

/** Repeats what it was told, and is sure of one wrong symbol in the first open cell: misleads all who trust it. */
export const stubborn: Thinker = (thought) => {
  const { cells, n } = givensOf(thought.tokens)
  echo(thought)
  const solution = bruteForce(cells, SHAPES[`${n}x${n}`])
  const at = cells.indexOf(0)
  if (!solution || at < 0) return
  const wrong = (solution[at] % n) + 1
  if (thought.tokens[at * n + wrong - 1] === 0) thought.logits[at * n + wrong - 1] = 20
}

// No Node imports: this runs in Node, in workerd and in Chromium.
import { SUDOKU_SAMPLES } from '../../src/cli/samples.ts'
import { createEngineFactory } from '../../src/engines/create-engine.ts'
import { createSolver, type Solver } from '../../src/index.ts'
import { loadModel } from '../../src/weights/load-model.ts'
import { STEP_BOARD, TOLERANCE } from './agreement.ts'
import { type CreateOurGemm, gemmGroups } from './gemm-groups.ts'
import type { Group, OpenGroup } from './groups.ts'
import { LINEAR_KINDS, type LinearKind } from './linear-graph.ts'
import type { OrtModule } from './ort-step.ts'
import { OFFICIAL_CONFIG, randomModel } from './random-model.ts'
import { stepGroup } from './step-groups.ts'

export interface GroupInfo extends Omit<Group, 'open'> {}

/** What a runtime offers to the driver, call by call; every argument and result is plain data. */
export interface Bench {
  describe(): { engine: string; groups: GroupInfo[]; boards: number }
  /** Opens a group; the one open before must be closed. */
  open(group: number, only?: readonly string[]): Promise<{ sides: string[]; notes: string[] }>
  /** @returns milliseconds of `runs` runs of a side of the open group */
  time(side: number, runs: number): Promise<number>
  close(): Promise<void>
  /** @returns milliseconds of solving one of the sample boards */
  solve(board: number): Promise<number>
}

export interface BenchHost {
  /** Absent where ONNX Runtime does not run. */
  ort?: OrtModule
  /** Of ONNX Runtime's linear layers, those that compute what they should there. Default: all. */
  kinds?: readonly LinearKind[]
  createGemm: CreateOurGemm
}

const BATCHES = [1, 8, 64]

export async function createBench({ ort, kinds = LINEAR_KINDS, createGemm }: BenchHost): Promise<Bench> {
  const [{ model }, createEngine, solver] = await Promise.all([
    loadModel({ task: 'sudoku' }),
    createEngineFactory('wasm'),
    createSolver({ task: 'sudoku', backend: 'wasm' }),
  ])
  const boards = SUDOKU_SAMPLES.map((sample) => sample.board)
  const shipped = { label: model.card.name, makeModel: () => model, tolerance: TOLERANCE.trained }
  const official = {
    label: 'official shape, random weights',
    makeModel: () => randomModel(OFFICIAL_CONFIG),
    tolerance: TOLERANCE.random,
  }
  const common = { board: STEP_BOARD, createEngine, ort, kinds }
  const groups: Group[] = [
    ...gemmGroups(ort, kinds, createGemm),
    ...BATCHES.map((batch) => stepGroup({ ...common, ...shipped, batch })),
    stepGroup({ ...common, ...official, batch: 1 }),
  ]
  return bench(solver, groups, boards)
}

function bench(solver: Solver, groups: readonly Group[], boards: readonly string[]): Bench {
  let current: OpenGroup | undefined
  return {
    describe: () => ({
      engine: `${solver.backend} ${solver.build}`,
      groups: groups.map(({ open: _, ...info }) => info),
      boards: boards.length,
    }),
    async open(group, only) {
      current = await groups[group].open(only)
      return { sides: current.sides.map((side) => side.name), notes: current.notes }
    },
    time: (side, runs) => current!.sides[side].time(runs),
    async close() {
      await current?.close()
      current = undefined
    },
    async solve(board) {
      const start = performance.now()
      await solver.solve(boards[board])
      return performance.now() - start
    },
  }
}

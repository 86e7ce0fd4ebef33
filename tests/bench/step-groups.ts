import { stepSubject } from '../../src/bench/engine-bench.ts'
import { localSide, type Side } from '../../src/bench/timing.ts'
import type { EngineFactory } from '../../src/engines/create-engine.ts'
import { createTask } from '../../src/tasks/create-task.ts'
import type { Model } from '../../src/weights/model.ts'
import { isSameModel, relativeError } from './agreement.ts'
import type { Group, OpenGroup } from './groups.ts'
import type { LinearKind } from './linear-graph.ts'
import { createOrtStep, nameOf, type OrtConfiguration, type OrtModule } from './ort-step.ts'

export interface StepSetup {
  label: string
  /** Called when the group is opened. */
  makeModel: () => Model
  batch: number
  board: string
  /** agreement.ts */
  tolerance: number
  createEngine: EngineFactory
  ort: OrtModule | undefined
  kinds: readonly LinearKind[]
}

/** One ACT step of `model` with `batch` boards, ours and every way ONNX Runtime has of running it. */
export function stepGroup(setup: StepSetup): Group {
  return {
    kind: 'step',
    label: setup.label,
    batch: setup.batch,
    operations: 0,
    open: (only) => openStep(setup, only),
  }
}

async function openStep(
  { label, makeModel, batch, board, tolerance, createEngine, ort, kinds }: StepSetup,
  only: readonly string[] | undefined,
): Promise<OpenGroup> {
  const model = makeModel()
  const task = createTask(model.config)
  const puzzle = task.parse(board)
  const ours = stepSubject(model, createEngine, batch, board)
  await ours.run()
  const expected = Float32Array.from(ours.engine.logits(0))
  const sides: Side[] = [localSide('ours', ours.run)]
  const releases: (() => Promise<void>)[] = []
  const errors: string[] = []
  for (const configuration of ort ? configurationsFor(model, kinds) : []) {
    const name = nameOf(configuration)
    if (only && !only.includes(name)) continue
    const theirs = await createOrtStep(ort!, model, task.geometry(puzzle), task.encode(puzzle), batch, configuration)
    await theirs.run()
    const error = relativeError(theirs.logits().subarray(0, expected.length), expected)
    if (isSameModel(configuration.linear) && !(error <= tolerance)) {
      throw new Error(`${label}, ${name}: logits differ from ours by ${error}`)
    }
    errors.push(`${name} ${error.toFixed(3)}`)
    sides.push(localSide(name, theirs.run))
    releases.push(theirs.release)
  }
  const note = `${label}: logits after one step differ from ours by ${errors.join(', ')}`
  return {
    sides,
    notes: errors.length > 0 && batch === 1 ? [note] : [],
    async close() {
      ours.engine.dispose()
      for (const release of releases) await release()
    },
  }
}

function configurationsFor(model: Model, kinds: readonly LinearKind[]): OrtConfiguration[] {
  const forms = model.config.attention === 'lists' ? (['matmul', 'fused'] as const) : [undefined]
  return kinds.flatMap((linear) => forms.map((lists) => ({ linear, lists })))
}

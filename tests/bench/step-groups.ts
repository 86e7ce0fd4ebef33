import { stepSubject } from '../../src/cli/bench/engine-bench.ts'
import { localSide, type Side } from '../../src/cli/bench/timing.ts'
import type { EngineFactory } from '../../src/engines/create-engine.ts'
import { createTask } from '../../src/tasks/create-task.ts'
import type { Model } from '../../src/weights/model.ts'
import { relativeError, TOLERANCE } from './agreement.ts'
import type { Group, OpenGroup } from './groups.ts'
import { LINEAR_KINDS } from './linear-graph.ts'
import { createOrtStep, nameOf, type OrtConfiguration, type OrtModule } from './ort-step.ts'

/** One ACT step of `model` with `batch` boards, ours and every way ONNX Runtime has of running it. */
export function stepGroup(
  model: Model,
  batch: number,
  board: string,
  createEngine: EngineFactory,
  ort: OrtModule | undefined,
): Group {
  return {
    kind: 'step',
    label: model.card.name,
    batch,
    operations: 0,
    open: () => openStep(model, batch, board, createEngine, ort),
  }
}

async function openStep(
  model: Model,
  batch: number,
  board: string,
  createEngine: EngineFactory,
  ort: OrtModule | undefined,
): Promise<OpenGroup> {
  const task = createTask(model.config)
  const puzzle = task.parse(board)
  const ours = stepSubject(model, createEngine, batch, board)
  await ours.run()
  const expected = Float32Array.from(ours.engine.logits(0))
  const sides: Side[] = [localSide('ours', ours.run)]
  const releases: (() => Promise<void>)[] = []
  const errors: string[] = []
  for (const configuration of ort ? configurationsFor(model) : []) {
    const name = nameOf(configuration)
    const theirs = await createOrtStep(ort!, model, task.geometry(puzzle), task.encode(puzzle), batch, configuration)
    await theirs.run()
    const error = relativeError(theirs.logits().subarray(0, expected.length), expected)
    if (!(error <= TOLERANCE[configuration.linear])) {
      throw new Error(`${model.card.name}, ${name}: logits differ from ours by ${error}`)
    }
    errors.push(`${name} ${error.toFixed(3)}`)
    sides.push(localSide(name, theirs.run))
    releases.push(theirs.release)
  }
  return {
    sides,
    notes:
      errors.length > 0 ? [`${model.card.name}: logits after one step differ from ours by ${errors.join(', ')}`] : [],
    async close() {
      ours.engine.dispose()
      for (const release of releases) await release()
    },
  }
}

function configurationsFor(model: Model): OrtConfiguration[] {
  const forms = model.config.attention === 'lists' ? (['matmul', 'fused'] as const) : [undefined]
  return LINEAR_KINDS.flatMap((linear) => forms.map((lists) => ({ linear, lists })))
}

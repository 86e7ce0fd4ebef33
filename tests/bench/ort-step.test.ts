import { readFile } from 'node:fs/promises'
import * as ort from 'onnxruntime-web'
import { beforeAll, describe, expect, test } from 'vitest'
import { createReferenceEngine } from '../../src/engines/reference/reference-engine.ts'
import { createTask } from '../../src/tasks/create-task.ts'
import { buildGeometry, trainedShape } from '../../src/tasks/lists.ts'
import type { ModelConfig } from '../../src/weights/config.ts'
import type { Model } from '../../src/weights/model.ts'
import { readModel } from '../../src/weights/read-model.ts'
import { isSameModel, relativeError, STEP_BOARD, TOLERANCE } from './agreement.ts'
import { LINEAR_KINDS, type LinearKind } from './linear-graph.ts'
import { createOrtStep, type OrtConfiguration } from './ort-step.ts'
import { OFFICIAL_CONFIG, randomModel } from './random-model.ts'

/** The official form on a 4x4 board. */
const SMALL: ModelConfig = {
  ...OFFICIAL_CONFIG,
  hidden_size: 64,
  num_heads: 4,
  intermediate_size: 128,
  H_layers: 1,
  L_layers: 2,
  embed_scale: 8,
  seq_len: 16,
  task: { ...OFFICIAL_CONFIG.task, rows: 4, cols: 4, box_rows: 2, box_cols: 2 },
}

interface Subject {
  model: Model
  tokens: Uint8Array
  /** Logits of the reference engine after the first step. */
  expected: Float32Array
}

let full: Subject
let lists: Subject

// the reference engine takes its time on a loaded machine
beforeAll(async () => {
  ort.env.wasm.numThreads = 1
  const model = readModel(await readFile(new URL('../../model/weights/sudoku.safetensors', import.meta.url)))
  const task = createTask(model.config)
  lists = await subject(model, task.encode(task.parse(STEP_BOARD)))
  full = await subject(
    randomModel(SMALL),
    Uint8Array.from({ length: 16 }, (_, i) => (i * i) % 11),
  )
}, 60_000)

const geometryOf = (model: Model) => buildGeometry(model.config, trainedShape(model.config))

async function subject(model: Model, tokens: Uint8Array): Promise<Subject> {
  const engine = createReferenceEngine({ model, geometry: geometryOf(model), slots: 1 })
  engine.start(0, tokens)
  await engine.step([0])
  return { model, tokens, expected: engine.logits(0) }
}

/** Difference of ONNX Runtime's logits after its first step, with `model` or with what is given in its place. */
async function errorOf(
  { model, tokens, expected }: Subject,
  configuration: OrtConfiguration,
  theirs = model,
): Promise<number> {
  const step = await createOrtStep(ort, theirs, geometryOf(theirs), tokens, 2, configuration)
  await step.run()
  const boards = [0, 1].map((b) => step.logits().slice(b * expected.length, (b + 1) * expected.length))
  await step.release()
  // both boards of the batch are the same one
  expect(relativeError(boards[1], boards[0])).toBeLessThan(1e-3)
  return relativeError(boards[0], expected)
}

const limitOf = (kind: LinearKind) => (isSameModel(kind) ? TOLERANCE.trained : 0.5)

describe('computes the step of the reference engine', () => {
  test.each(LINEAR_KINDS)('with full attention, %s', async (linear) => {
    expect(await errorOf(full, { linear })).toBeLessThan(limitOf(linear))
  })

  test.each(
    LINEAR_KINDS.flatMap((linear) => [{ linear, lists: 'matmul' } as const, { linear, lists: 'fused' } as const]),
  )('with list attention, $linear, lists $lists', async (configuration) => {
    expect(await errorOf(lists, configuration)).toBeLessThan(limitOf(configuration.linear))
  })
})

test('the tolerance tells a wrong graph: other lists, no RoPE, other heads', async () => {
  const { model } = lists
  for (const wrong of [['box', 'column', 'row', 'cell'] as const, ['cell', 'box', 'column', 'row'] as const]) {
    const each = model.config.num_heads / wrong.length
    const other = { ...model, config: { ...model.config, lists: wrong.flatMap((name) => Array(each).fill(name)) } }
    expect(await errorOf(lists, { linear: 'f32', lists: 'matmul' }, other)).toBeGreaterThan(1.3 * TOLERANCE.trained)
  }
  const still = { ...full.model, rope: undefined }
  expect(await errorOf(full, { linear: 'f32' }, still)).toBeGreaterThan(1.3 * TOLERANCE.trained)
  const split = { ...still, config: { ...still.config, num_heads: 8 } }
  expect(await errorOf(full, { linear: 'f32' }, split)).toBeGreaterThan(1.3 * TOLERANCE.trained)
})

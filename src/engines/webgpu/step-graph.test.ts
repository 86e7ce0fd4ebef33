import * as ort from 'onnxruntime-web'
import { beforeAll, describe, expect, it } from 'vitest'
import { TINY_CONFIGS } from '../../../tests/helpers/configs.ts'
import { engineFor, randomTokens } from '../../../tests/helpers/engine-contract.ts'
import { largestError } from '../../../tests/helpers/largest-error.ts'
import { tinyModel } from '../../../tests/helpers/weights-file.ts'
import { buildGeometry, trainedShape } from '../../tasks/lists.ts'
import type { ModelConfig } from '../../weights/config.ts'
import { createFloatEngine } from '../reference/float-engine.ts'
import { stepGraph } from './step-graph.ts'

// The graph is run by ONNX Runtime's CPU kernels here, and on a GPU in tests/browser/webgpu-node.test.ts.

/**
 * Float rounding in another order, which untrained weights make several times larger in every step. A wrong index or a
 * bias left out is off by 0.05 and more.
 */
const TOLERANCE = 5e-4
const STEPS = 2
const BATCH = 2

const CONFIGS: Readonly<Record<string, ModelConfig>> = {
  ...TINY_CONFIGS,
  'rope without prefix': { ...TINY_CONFIGS.official, puzzle_emb_len: 0, num_puzzle_identifiers: 0, q_pool: 'mean' },
}

beforeAll(() => {
  ort.env.wasm.numThreads = 1
})

describe('stepGraph', () => {
  it.each(Object.entries(CONFIGS))('computes the step without quantised activations: %s', async (_, config) => {
    const model = tinyModel(config, 1)
    const geometry = buildGeometry(config, trainedShape(config))
    const reference = engineFor(createFloatEngine, model, BATCH)
    const session = await ort.InferenceSession.create(stepGraph({ model, geometry }), { logSeverityLevel: 3 })
    const n = config.puzzle_emb_len + config.seq_len
    const d = config.hidden_size
    const boards = Array.from({ length: BATCH }, (_, b) => randomTokens(config, b))
    const puzzles = boards.map((_, b) => (config.num_puzzle_identifiers > 1 ? b + 1 : 0))
    boards.forEach((tokens, b) => {
      reference.start(b, tokens, undefined, puzzles[b])
    })
    const state = (row: Float32Array) =>
      new ort.Tensor(
        'float32',
        Float32Array.from({ length: BATCH * n * d }, (_, i) => row[i % d]),
        [BATCH, n, d],
      )
    const feeds: Record<string, ort.Tensor> = {
      tokens: new ort.Tensor('int32', Int32Array.from(boards.flatMap((b) => [...b])), [BATCH, config.seq_len]),
      z_H: state(model.hInit),
      z_L: state(model.lInit),
    }
    if (config.puzzle_emb_len > 0) feeds.puzzle = new ort.Tensor('int32', Int32Array.from(puzzles), [BATCH])
    for (let step = 0; step < STEPS; step++) {
      const { z_H_out, z_L_out, logits, q } = await session.run(feeds)
      feeds.z_H = z_H_out
      feeds.z_L = z_L_out
      await reference.step([0, 1])
      for (const b of [0, 1]) {
        const rowOf = ({ data }: ort.Tensor) => {
          const all = data as Float32Array
          return all.subarray((b * all.length) / BATCH, ((b + 1) * all.length) / BATCH)
        }
        const carry = Float32Array.from([...rowOf(z_H_out), ...rowOf(z_L_out)])
        expect(largestError(carry, await reference.readCarry(b))).toBeLessThan(TOLERANCE)
        expect(largestError(rowOf(logits), reference.logits(b))).toBeLessThan(TOLERANCE)
        expect(largestError(rowOf(q), Float32Array.from(reference.q(b)))).toBeLessThan(TOLERANCE)
      }
    }
    await session.release()
  })
})

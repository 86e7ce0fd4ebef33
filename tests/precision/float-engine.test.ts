import { readFile } from 'node:fs/promises'
import * as ort from 'onnxruntime-web'
import { expect, test } from 'vitest'
import type { Engine } from '../../src/engines/engine.ts'
import { createFloatEngine } from '../../src/engines/reference/float-engine.ts'
import { buildGeometry, trainedShape } from '../../src/tasks/lists.ts'
import { readModel } from '../../src/weights/read-model.ts'
import { randomTokens, readAll } from '../helpers/engine-contract.ts'
import { largestError } from '../helpers/largest-error.ts'
import { createOrtFloatEngine } from './float-engine.ts'

// Random weights amplify rounding from step to step, full attention most; another function is off by 1 or so.
test.each([
  ['candidates-4x4', 1e-4],
  ['full-rope', 2e-3],
])('computes what the float reference does: %s', async (name, bound) => {
  ort.env.wasm.numThreads = 1
  const model = readModel(await readFile(new URL(`../golden/${name}.weights.safetensors`, import.meta.url)))
  const options = { model, geometry: buildGeometry(model.config, trainedShape(model.config)), slots: 2 }
  const [fast, slow] = [createOrtFloatEngine(options, ort), createFloatEngine(options)]
  const both = async (call: (engine: Engine) => unknown) => {
    for (const engine of [fast, slow]) await call(engine)
    for (const slot of [0, 1])
      expect(largestError(await readAll(fast, slot), await readAll(slow, slot))).toBeLessThan(bound)
  }
  await both((engine) => engine.start(0, randomTokens(model.config, 1)))
  await both((engine) => engine.start(1, randomTokens(model.config, 2)))
  await both((engine) => engine.step([0, 1]))
  await both((engine) => {
    engine.setTokens(0, randomTokens(model.config, 3))
    return engine.step([0])
  })
  await both((engine) => {
    engine.start(1, randomTokens(model.config, 4), engine.saveCarry(0))
    return engine.step([1, 0])
  })
  fast.dispose()
})

import { expect, it } from 'vitest'
import { CANDIDATES } from '../../../tests/helpers/configs.ts'
import { engineFor, randomTokens } from '../../../tests/helpers/engine-contract.ts'
import { collectGarbage } from '../../../tests/helpers/garbage.ts'
import { memoryGpu } from '../../../tests/helpers/memory-gpu.ts'
import { tinyModel } from '../../../tests/helpers/weights-file.ts'
import { createReferenceEngine } from '../reference/reference-engine.ts'
import { createGpuEngines } from './gpu-engines.ts'

// tests/browser has these engines on devices that are lost; here is what they leave behind.

it('lets go of an engine when it is disposed', async () => {
  const gpu = createGpuEngines(memoryGpu(2 ** 27), createReferenceEngine, () => {})
  const engines: WeakRef<object>[] = []
  /** Apart, so that no variable of the test holds an engine. */
  const makeOne = async () => {
    const engine = engineFor(gpu.create, tinyModel(CANDIDATES))
    engines.push(new WeakRef(engine))
    engine.start(0, randomTokens(CANDIDATES, 1))
    await engine.step([0])
    return engine
  }
  const kept = await makeOne()
  for (let i = 0; i < 3; i++) (await makeOne()).dispose()
  await collectGarbage()
  expect(engines.map((engine) => engine.deref() === undefined)).toEqual([false, true, true, true])
  kept.dispose()
  gpu.release()
})

import * as ort from 'onnxruntime-web/jspi'
import { afterAll, expect } from 'vitest'
import { createGpuRuntime, type GpuRuntime } from '../../src/engines/webgpu/runtime.ts'
import { createWebGpuEngine } from '../../src/engines/webgpu/webgpu-engine.ts'
import { describeEngine } from '../helpers/engine-contract.ts'
import { createFloatReference, largestError } from '../helpers/float-reference.ts'
import { softwareGpu } from '../helpers/node-gpu.ts'

/** Float rounding in another order, which untrained weights make several times larger in every step. */
const TOLERANCE = 5e-3

let runtime: GpuRuntime | undefined
afterAll(() => runtime?.dispose())

describeEngine(
  'webgpu in Node',
  async () => {
    ort.env.wasm.numThreads = 1
    const opened = await createGpuRuntime(softwareGpu(), async () => ort)
    runtime = opened
    return (options) => createWebGpuEngine(options, opened)
  },
  {
    reference: createFloatReference,
    // The software adapter takes a second for a step.
    steps: 2,
    expectSame(got, want, name) {
      expect(largestError(got, want), name).toBeLessThan(TOLERANCE)
    },
  },
)

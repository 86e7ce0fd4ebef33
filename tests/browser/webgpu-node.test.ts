import * as ort from 'onnxruntime-web/jspi'
import { afterAll, expect, it, vi } from 'vitest'
import { createFloatEngine } from '../../src/engines/reference/float-engine.ts'
import { Graph } from '../../src/engines/webgpu/onnx.ts'
import { createGpuRuntime, type GpuRuntime } from '../../src/engines/webgpu/runtime.ts'
import { createWebGpuEngine, sessionOptions } from '../../src/engines/webgpu/webgpu-engine.ts'
import { describeEngine } from '../helpers/engine-contract.ts'
import { largestError } from '../helpers/largest-error.ts'
import { nodeGpu } from '../helpers/node-gpu.ts'

// The software adapter compiles shaders for seconds, and a machine that does other things takes minutes over it.
vi.setConfig({ testTimeout: 400_000 })

/** Float rounding in another order, which untrained weights make several times larger in every step. */
const TOLERANCE = 5e-3

let runtime: GpuRuntime | undefined
afterAll(() => runtime?.dispose())

describeEngine(
  'webgpu in Node',
  async () => {
    ort.env.wasm.numThreads = 1
    const opened = await createGpuRuntime(nodeGpu(), async () => ort)
    runtime = opened
    return (options) => createWebGpuEngine(options, opened)
  },
  {
    reference: createFloatEngine,
    // The software adapter takes a second for a step.
    steps: 2,
    expectSame(got, want, name) {
      expect(largestError(got, want), name).toBeLessThan(TOLERANCE)
    },
  },
)

// The contract above holds only because no operator of the graph is left to the CPU: a session is refused otherwise.
it('makes no session of a graph with an operator that the GPU has no kernel for', async () => {
  const { device } = runtime!
  const graph = (op: string) => {
    const g = new Graph()
    g.output('y', g.node(op, [g.input('x', 'float32', ['n', 4, 4])]), 'float32', op === 'Det' ? ['n'] : ['n', 4, 4])
    return g.finish()
  }
  const make = (op: string) =>
    runtime!.exclusive(() =>
      ort.InferenceSession.create(graph(op), { ...sessionOptions(device), preferredOutputLocation: 'cpu' }),
    )
  await (await make('Exp')).release()
  await expect(make('Det')).rejects.toThrow(/CPU EP fallback|disabled/i)
})

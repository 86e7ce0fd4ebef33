// `node tests/webgpu/run-onnx.ts MODEL.onnx FEEDS.safetensors STEPS`: runs what `hrm-model onnx` wrote on the GPU, each step
// from the carry of the one before, and prints as JSON `{"adapter", "steps": [{"logits": [...], "q": [...]}]}`, flat.
// FEEDS has the inputs of the first step, states as F32. A model of half floats that the adapter has none of is loaded
// and not run: `steps` is empty then. model/tests/test_onnx_webgpu.py asks it.
import { readFileSync } from 'node:fs'
import * as ort from 'onnxruntime-web/jspi'
import { createGpuRuntime } from '../../src/engines/webgpu/runtime.ts'
import { sessionOptions } from '../../src/engines/webgpu/webgpu-engine.ts'
import { nodeGpu } from '../helpers/node-gpu.ts'
import { readTensors } from '../helpers/read-tensors.ts'

const [modelPath, feedsPath, steps] = process.argv.slice(2)
if (!(Number(steps) >= 1)) throw new Error('see the head of this file')

ort.env.wasm.numThreads = 1
const { device, adapter, exclusive } = await createGpuRuntime(nodeGpu(), async () => ort)
const session = await exclusive(() =>
  ort.InferenceSession.create(readFileSync(modelPath), { ...sessionOptions(device), preferredOutputLocation: 'cpu' }),
)
const half = session.inputMetadata.some((input) => input.isTensor && input.type === 'float16')
const feeds: Record<string, ort.Tensor> = {}
for (const [name, { shape, data }] of readTensors(feedsPath)) {
  if (data instanceof Int32Array) feeds[name] = new ort.Tensor('int32', data, shape)
  else if (!half) feeds[name] = new ort.Tensor('float32', data, shape)
  // ONNX Runtime takes half floats as Float16Array; its types do not know that yet.
  else feeds[name] = new ort.Tensor('float16', Float16Array.from(data) as unknown as Uint16Array, shape)
}
const results: Record<'logits' | 'q', number[]>[] = []
const floats = ({ data }: ort.Tensor): number[] => Array.from(data as Float32Array)
while (results.length < Number(steps) && (!half || device.features.has('shader-f16'))) {
  const { z_H_out, z_L_out, logits, q } = await exclusive(() => session.run(feeds))
  Object.assign(feeds, { z_H: z_H_out, z_L: z_L_out })
  results.push({ logits: floats(logits), q: floats(q) })
}
console.log(JSON.stringify({ adapter, steps: results }))
// What the device holds goes with the process.
process.exit(0)

import type * as Ort from 'onnxruntime-web'
import type { Geometry } from '../../src/engines/engine.ts'
import { stepGraph } from '../../src/engines/webgpu/step-graph.ts'
import type { Model } from '../../src/weights/model.ts'
import { type CpuListForm, cpuFullAttention, cpuListAttention } from './cpu-attention.ts'
import { type LinearKind, linears } from './linear-graph.ts'

export type OrtModule = Pick<typeof Ort, 'InferenceSession' | 'Tensor'>

/** One thread, as ours. onnxruntime-web takes it from its environment, onnxruntime-node from here. */
export const SESSION_OPTIONS: Ort.InferenceSession.SessionOptions = {
  graphOptimizationLevel: 'all',
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  logSeverityLevel: 3,
}

/** One way of running a model in ONNX Runtime. */
export interface OrtConfiguration {
  linear: LinearKind
  lists?: CpuListForm
}

export const nameOf = ({ linear, lists }: OrtConfiguration): string => (lists ? `${linear}, lists ${lists}` : linear)

export interface OrtStep {
  /** One ACT step of every board; the carry goes from run to run. */
  run(): Promise<void>
  /** `[batch][tokens][output_size]` of the last run. */
  logits(): Float32Array
  release(): Promise<void>
}

/** A session whose boards all hold the same tokens and begin from the model's initial states. */
export async function createOrtStep(
  ort: OrtModule,
  model: Model,
  geometry: Geometry,
  tokens: Uint8Array,
  batch: number,
  configuration: OrtConfiguration,
): Promise<OrtStep> {
  const graph = stepGraph({
    model,
    geometry,
    linear: (g) => linears(g, configuration.linear),
    attention: configuration.lists ? cpuListAttention(batch, configuration.lists) : cpuFullAttention(batch),
  })
  const session = await ort.InferenceSession.create(graph, SESSION_OPTIONS)
  const { hidden_size: d, puzzle_emb_len } = model.config
  const n = puzzle_emb_len + geometry.tokens
  const state = (row: Float32Array) => new ort.Tensor('float32', repeat(row, batch * n), [batch, n, d])
  const input = Int32Array.from(repeat(tokens, batch))
  const feeds = {
    tokens: new ort.Tensor('int32', input, [batch, geometry.tokens]),
    ...(puzzle_emb_len > 0 && { puzzle: new ort.Tensor('int32', new Int32Array(batch), [batch]) }),
    z_H: state(model.hInit),
    z_L: state(model.lInit),
  }
  let logits = new Float32Array(0)
  return {
    async run() {
      const result = await session.run(feeds)
      feeds.z_H = result.z_H_out as Ort.TypedTensor<'float32'>
      feeds.z_L = result.z_L_out as Ort.TypedTensor<'float32'>
      logits = result.logits.data as Float32Array<ArrayBuffer>
    },
    logits: () => logits,
    release: () => session.release(),
  }
}

/** `row`, so many times one after the other. */
export function repeat<T extends Float32Array | Uint8Array>(row: T, times: number): T {
  const out = new (row.constructor as new (n: number) => T)(row.length * times)
  for (let i = 0; i < times; i++) out.set(row, i * row.length)
  return out
}

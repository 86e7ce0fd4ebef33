import { Graph } from '../../src/engines/webgpu/onnx.ts'
import type { Int8Matrix } from '../../src/weights/model.ts'
import { type LinearKind, linears } from './linear-graph.ts'
import { type OrtModule, SESSION_OPTIONS } from './ort-step.ts'

export interface GemmShape {
  m: number
  k: number
  n: number
}

/** One product `[m, k] x [k, n]`, weights constant, as an ONNX model with input `x` and output `y`. */
export function gemmGraph({ m, k, n }: GemmShape, kind: LinearKind, weights: Int8Matrix): Uint8Array {
  const g = new Graph()
  const y = linears(g, kind)(g.input('x', 'float32', [m, k]), weights)
  g.output('y', y, 'float32', [m, n])
  return g.finish()
}

export async function createOrtGemm(
  ort: OrtModule,
  shape: GemmShape,
  kind: LinearKind,
  weights: Int8Matrix,
  x: Float32Array,
): Promise<{ run(): Promise<void>; y(): Float32Array; release(): Promise<void> }> {
  const session = await ort.InferenceSession.create(gemmGraph(shape, kind, weights), SESSION_OPTIONS)
  const feeds = { x: new ort.Tensor('float32', x, [shape.m, shape.k]) }
  let y = new Float32Array(0)
  return {
    async run() {
      y = (await session.run(feeds)).y.data as Float32Array<ArrayBuffer>
    },
    y: () => y,
    release: () => session.release(),
  }
}

import type { OrtModule } from '../../src/engines/webgpu/ort.ts'
import type { GpuRuntime } from '../../src/engines/webgpu/runtime.ts'

/**
 * A GPU device that holds what is copied into it, and sessions that compute something of every board by itself: enough
 * for an engine whose results tell whether it mixes boards up.
 */
export interface MemoryGpu extends GpuRuntime {
  /** Boards of every run so far. */
  readonly runs: number[]
}

interface MemoryBuffer {
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** @param bindingSize largest buffer that a shader takes, in bytes */
export function memoryGpu(bindingSize: number): MemoryGpu {
  const runs: number[] = []
  let turn: Promise<unknown> = Promise.resolve()
  const exclusive = <T>(call: () => Promise<T>): Promise<T> => {
    const result = turn.then(call)
    turn = result.catch(() => {})
    return result
  }
  const device = {
    limits: { maxStorageBufferBindingSize: bindingSize, maxBufferSize: 2 ** 28 },
    createBuffer: ({ size }: { size: number }) => memoryBuffer(new Uint8Array(size)),
    createCommandEncoder() {
      const copies: (() => void)[] = []
      return {
        copyBufferToBuffer(from: MemoryBuffer, fromAt: number, to: MemoryBuffer, toAt: number, size: number) {
          if (fromAt + size > from.bytes.length || toAt + size > to.bytes.length) throw new Error('past the end')
          copies.push(() => to.bytes.set(from.bytes.subarray(fromAt, fromAt + size), toAt))
        },
        finish: () => copies,
      }
    },
    queue: {
      submit(lists: (() => void)[][]) {
        for (const copy of lists.flat()) copy()
      },
      writeBuffer(to: MemoryBuffer, at: number, floats: Float32Array) {
        to.bytes.set(new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength), at)
      },
    },
  }
  return {
    runs,
    ort: sessionsThat((batch) => runs.push(batch)),
    device: device as unknown as GPUDevice,
    adapter: 'memory',
    software: false,
    exclusive,
    release: exclusive,
    dispose() {},
  }
}

const memoryBuffer = (bytes: Uint8Array<ArrayBuffer>) => ({
  bytes,
  destroy() {},
  mapAsync: async () => {},
  getMappedRange: () => bytes.buffer,
})

class Tensor {
  readonly data: unknown
  readonly dims: number[]
  readonly gpuBuffer: MemoryBuffer | undefined
  constructor(_: string, data: unknown, dims: number[], gpuBuffer?: MemoryBuffer) {
    this.data = data
    this.dims = dims
    this.gpuBuffer = gpuBuffer
  }
  static fromGpuBuffer = (buffer: MemoryBuffer, { dims }: { dims: number[] }) =>
    new Tensor('float32', undefined, dims, buffer)
  dispose() {}
}

interface Feeds {
  tokens: Tensor
  z_H: Tensor
  z_L: Tensor
}

/** Sessions of a step without a model: each board's next carry comes of its own carry and tokens. */
function sessionsThat(count: (batch: number) => void): OrtModule {
  const next = ({ dims, gpuBuffer }: Tensor, tokens: Tensor, bias: number): [Tensor, Float32Array] => {
    const [batch, ...row] = dims
    const size = row[0] * row[1]
    const width = tokens.dims[1]
    const from = new Float32Array(gpuBuffer!.bytes.buffer)
    const to = Float32Array.from({ length: batch * size }, (_, at) => {
      const board = Math.floor(at / size)
      const token = (tokens.data as Int32Array)[board * width + (at % width)]
      return from[at] / 2 + token + bias + (at % size) / size
    })
    return [new Tensor('float32', undefined, dims, memoryBuffer(new Uint8Array(to.buffer))), to]
  }
  const session = {
    async run({ tokens, z_H, z_L }: Feeds) {
      const [batch, width] = tokens.dims
      count(batch)
      // Reads its input a while after the call, so that a run in between would show.
      await Promise.resolve()
      const [zH, states] = next(z_H, tokens, 1)
      const [zL] = next(z_L, tokens, 2)
      const size = states.length / batch
      const firstOf = (floats: number) =>
        Float32Array.from({ length: batch * floats }, (_, i) => states[Math.floor(i / floats) * size + (i % floats)])
      return {
        z_H_out: zH,
        z_L_out: zL,
        logits: new Tensor('float32', firstOf(width), [batch, width]),
        q: new Tensor('float32', firstOf(1), [batch, 1]),
      }
    },
    async release() {},
  }
  return { Tensor, InferenceSession: { create: async () => session }, env: {} } as unknown as OrtModule
}

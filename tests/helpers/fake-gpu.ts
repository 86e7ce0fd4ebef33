import type { OrtModule } from '../../src/engines/webgpu/ort.ts'

/** A device that computes nothing, and fails when it is told to. */
export interface FakeGpu extends GPU {
  /** Loses the newest device, as a driver does. */
  lose(message?: string): void
  /** Reports an error that nobody caught. */
  report(kind: 'GPUOutOfMemoryError' | 'GPUValidationError' | 'GPUInternalError', message: string): void
  readonly devices: number
  /** Devices that were destroyed. */
  readonly destroyed: number
}

/** @param info what the adapter says of itself */
export function fakeGpu(info: Partial<GPUAdapterInfo> | undefined = { vendor: 'fake', architecture: '' }): FakeGpu {
  let newest: EventTarget | undefined
  let lose: (info: { message: string; reason: string }) => void = () => {}
  let devices = 0
  const destroyed = new Set<unknown>()
  const encoder = { copyBufferToBuffer() {}, finish: () => ({}) }
  const requestDevice = async () => {
    devices++
    const lost = new Promise((resolve) => (lose = resolve))
    const target = new EventTarget()
    const ended = lose
    newest = Object.assign(target, {
      lost,
      limits: { maxStorageBufferBindingSize: 2 ** 27, maxBufferSize: 2 ** 28 },
      createBuffer: () => ({ destroy() {} }),
      createCommandEncoder: () => encoder,
      queue: { submit() {}, writeBuffer() {} },
      destroy() {
        destroyed.add(target)
        ended({ message: 'destroyed', reason: 'destroyed' })
      },
    })
    return newest
  }
  const adapter = { features: new Set(), limits: {}, info, requestDevice }
  return {
    requestAdapter: async () => adapter,
    get devices() {
      return devices
    },
    get destroyed() {
      return destroyed.size
    },
    lose: (message = 'gone') => lose({ message, reason: 'unknown' }),
    report(kind: string, message: string) {
      const error = Object.assign(new { [kind]: class {} }[kind](), { message })
      newest?.dispatchEvent(Object.assign(new Event('uncapturederror', { cancelable: true }), { error }))
    },
  } as unknown as FakeGpu
}

/** onnxruntime-web with what its sessions do put in by a test. */
export function fakeOrt(sessions: {
  create?: () => Promise<void>
  run?: () => Promise<void>
  release?: () => Promise<void>
}): OrtModule {
  class Tensor {
    readonly dims: number[]
    readonly data: unknown
    constructor(_: string, data: unknown, dims: number[]) {
      this.data = data
      this.dims = dims
    }
    static fromGpuBuffer = (_: unknown, { dims }: { dims: number[] }) => new Tensor('float32', undefined, dims)
    readonly gpuBuffer = {}
    dispose() {}
  }
  const InferenceSession = {
    async create() {
      await sessions.create?.()
      return {
        async run({ tokens }: { tokens: Tensor }) {
          await sessions.run?.()
          const [batch, count] = tokens.dims
          const out = (dims: number[]) => new Tensor('float32', new Float32Array(dims.reduce((a, b) => a * b)), dims)
          return { z_H_out: out([1]), z_L_out: out([1]), logits: out([batch, count]), q: out([batch, 1]) }
        },
        async release() {
          await sessions.release?.()
        },
      }
    },
  }
  return { Tensor, InferenceSession, env: { wasm: {} } } as unknown as OrtModule
}

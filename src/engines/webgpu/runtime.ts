import { HrmError } from '../../errors.ts'
import type { GpuFailure, GpuFault } from '../gpu.ts'
import type { OrtModule } from './ort.ts'

/** `engine_unavailable` or `engine_failed`, with what happened to the GPU. */
export class GpuError extends HrmError implements GpuFailure {
  readonly fault: GpuFault

  constructor(fault: GpuFault, message: string, cause?: unknown) {
    const unavailable = fault === 'no_adapter' || fault === 'not_installed'
    super(unavailable ? 'engine_unavailable' : 'engine_failed', message, { cause })
    this.fault = fault
  }
}

/** ONNX Runtime on one GPU device. Engines of one solver share it. */
export interface GpuRuntime {
  readonly ort: OrtModule
  readonly device: GPUDevice
  /** The adapter's name, for people. */
  readonly adapter: string
  /** Whether the adapter is known to compute on the CPU. */
  readonly software: boolean
  /**
   * Runs a call into ONNX Runtime, which takes one at a time.
   * @throws GpuError as soon as the device fails, whether the call ends or not
   */
  exclusive<T>(call: () => Promise<T>): Promise<T>
  /** Runs a call that gives memory back when it is its turn, whether the device failed or not. */
  release(call: () => Promise<void>): void
  /** Destroys the device, which a failure does as well. */
  dispose(): void
}

/** Limits that the size of a batch depends on; a device has the smallest allowed ones unless it asks for more. */
const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupsPerDimension',
] as const
/** Features that ONNX Runtime's shaders make use of. */
const FEATURES = ['shader-f16', 'subgroups'] as const

/** A failed call is put down to the device if the device is lost within this time, in ms. */
const BLAME_WITHIN = 200
/** A call that the loss of its device left hanging is given up after this time, in ms. */
const GIVE_UP_AFTER = 2_000

/** One turn a module: sessions of several devices still share one WebAssembly instance. */
const turns = new WeakMap<OrtModule, Promise<unknown>>()

/** @throws GpuError `no_adapter`, and what `loadOrt` throws */
export async function createGpuRuntime(gpu: GPU | undefined, loadOrt: () => Promise<OrtModule>): Promise<GpuRuntime> {
  if (!gpu) throw new GpuError('no_adapter', 'there is no WebGPU here')
  const adapter = await ask('adapter', () => gpu.requestAdapter({ powerPreference: 'high-performance' }))
  if (!adapter) throw new GpuError('no_adapter', 'WebGPU has no adapter here')
  const ort = await loadOrt()
  const device = await ask('device', () =>
    adapter.requestDevice({
      requiredFeatures: FEATURES.filter((feature) => adapter.features.has(feature)),
      requiredLimits: Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]])),
    }),
  )
  return { ...watch(ort, device), ...describe(adapter.info) }
}

/** What is refused may be thrown too, where WebGPU is only half there. */
async function ask<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (cause) {
    throw new GpuError('no_adapter', `WebGPU gave no ${what}`, cause)
  }
}

function watch(ort: OrtModule, device: GPUDevice): Omit<GpuRuntime, 'adapter' | 'software'> {
  let failure: GpuError | undefined
  /** Whether a call into ONNX Runtime has not ended: when another has its turn, one that hangs. */
  let busy = false
  /** Called once, when the device fails. A promise to race against would keep something of every call. */
  const onFailure = new Set<(error: GpuError) => void>()
  const fail = (error: GpuError): void => {
    if (failure) return
    failure = error
    for (const tell of onFailure) tell(error)
    onFailure.clear()
    // Every engine leaves it now, and what they and ONNX Runtime hold on it would stay there. Later, because Dawn in Node
    // never returns from a destroy() that is called while it reports an error.
    setTimeout(() => device.destroy())
  }
  device.lost.then(({ message }) => fail(new GpuError('device_lost', `the GPU device was lost: ${message}`)))
  device.addEventListener('uncapturederror', (event) => {
    event.preventDefault()
    const { error } = event
    const fault = error.constructor.name === 'GPUOutOfMemoryError' ? 'out_of_memory' : faultOf(error.message)
    fail(new GpuError(fault, `the GPU reported an error: ${error.message}`, error))
  })

  async function exclusive<T>(call: () => Promise<T>): Promise<T> {
    const done = await takeTurn(ort)
    if (failure) {
      done()
      throw failure
    }
    try {
      return await new Promise<T>((resolve, reject) => {
        let givingUp: ReturnType<typeof setTimeout> | undefined
        const tell = (error: GpuError) => {
          reject(error)
          // The call may hang for ever now. The next one waits a while, in case it does end.
          givingUp = setTimeout(done, GIVE_UP_AFTER)
        }
        onFailure.add(tell)
        busy = true
        const end = () => {
          busy = false
          clearTimeout(givingUp)
          onFailure.delete(tell)
          done()
        }
        call().then(resolve, reject).then(end)
      })
    } catch (cause) {
      if (cause instanceof HrmError) throw cause
      await Promise.race([device.lost, wait(BLAME_WITHIN)])
      fail(new GpuError(faultOf(String(cause)), `ONNX Runtime failed: ${cause}`, cause))
      throw failure
    }
  }

  async function release(call: () => Promise<void>): Promise<void> {
    const done = await takeTurn(ort)
    const givingUp = setTimeout(done, GIVE_UP_AFTER)
    try {
      // A call that hangs may yet go on, with what this would free.
      if (!busy) await call()
    } catch {
      // A device that failed may refuse this too.
    }
    clearTimeout(givingUp)
    done()
  }

  return {
    ort,
    device,
    exclusive,
    release,
    dispose() {
      // After what engines have left to release.
      release(async () => device.destroy())
    },
  }
}

/** Waits for the turn, and gives what ends it. */
async function takeTurn(ort: OrtModule): Promise<() => void> {
  const before = turns.get(ort)
  let done: () => void = () => {}
  turns.set(ort, new Promise<void>((resolve) => (done = resolve)))
  await before
  return done
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** ONNX Runtime hands on what the device said as text. */
function faultOf(message: string): GpuFault {
  if (/out of memory|failed to allocate|allocation/i.test(message)) return 'out_of_memory'
  if (/device.*(lost|destroyed)/i.test(message)) return 'device_lost'
  if (/shader|wgsl|pipeline/i.test(message)) return 'shader_error'
  return 'failed'
}

/** Adapters that compute on the CPU; browsers do not say so of each. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|basic render/i

/** Chrome had no `info` before 127. */
function describe(info: Partial<GPUAdapterInfo> = {}): Pick<GpuRuntime, 'adapter' | 'software'> {
  const { vendor, architecture, device, description, isFallbackAdapter } = info
  const words = [...new Set([vendor, architecture, description || device])].filter(Boolean).join(' ')
  const name = words || 'a GPU without a name'
  const software = isFallbackAdapter === true || SOFTWARE.test(name)
  return { adapter: software ? `${name} (software)` : name, software }
}

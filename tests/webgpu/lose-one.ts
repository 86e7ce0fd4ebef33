import type * as HrmEdge from '../../src/index.ts'
import type { Fallback } from '../../src/index.ts'
import type * as HrmEdgeWebGpu from '../../src/webgpu/browser.ts'

export type Module = Pick<typeof HrmEdge, 'createSolver'> & Pick<typeof HrmEdgeWebGpu, 'webgpu'>

export interface Loss {
  weights: readonly number[]
  boards: readonly string[]
  maxSteps: number
  /** The device is destroyed after so many of its submissions; Infinity leaves it alone. */
  submissions: number
  /** So many ms later. */
  delay: number
}

export interface Outcome {
  /** Of every board; none where an error came instead. */
  results: { solution: string | null; verified: boolean; steps: number }[]
  /** `code` of the typed error, or what else was thrown. */
  error?: string
  /** Reasons that `onFallback` was told. */
  told: string[]
  backend?: string
  submissions: number
  destroyed: boolean
}

/**
 * Solves a batch on a device of its own, and destroys the device under it. Runs in Node and, as text, in a page: it
 * may name nothing but its arguments and globals.
 */
export async function loseOne({ createSolver, webgpu }: Module, loss: Loss): Promise<Outcome> {
  const outcome: Outcome = { results: [], told: [], submissions: 0, destroyed: false }
  const { requestDevice } = GPUAdapter.prototype
  const { submit } = GPUQueue.prototype
  let device: GPUDevice | undefined
  let destroyed: () => void = () => {}
  const destruction = new Promise<void>((resolve) => (destroyed = resolve))
  GPUAdapter.prototype.requestDevice = async function (descriptor) {
    device = await requestDevice.call(this, descriptor)
    return device
  }
  GPUQueue.prototype.submit = function (commands) {
    const done = submit.call(this, commands)
    if (++outcome.submissions === loss.submissions) {
      const destroy = () => {
        outcome.destroyed = true
        device!.destroy()
        destroyed()
      }
      if (loss.delay > 0) setTimeout(destroy, loss.delay)
      else destroy()
    }
    return done
  }
  try {
    const onFallback = ({ reason }: Fallback) => outcome.told.push(reason)
    const weights = new Uint8Array(loss.weights)
    const solver = await createSolver({ weights, backend: 'webgpu', webgpu: webgpu(), onFallback, slots: 2 })
    const results = await solver.solveBatch(loss.boards, { maxSteps: loss.maxSteps })
    outcome.results = results.map(({ solution, verified, steps }) => ({ solution, verified, steps }))
    outcome.backend = solver.backend
    // A loss that comes when the batch is done already must not meet the next device.
    if (loss.submissions <= outcome.submissions) await destruction
    solver.dispose()
  } catch (error) {
    outcome.error = String((error as { code?: string }).code ?? error)
  } finally {
    GPUAdapter.prototype.requestDevice = requestDevice
    GPUQueue.prototype.submit = submit
  }
  return outcome
}

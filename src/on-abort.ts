import { HrmError } from './errors.ts'

/** What a call fails with that the signal ended. @param work what it was doing */
export function abortError(signal: AbortSignal, work = 'the solve'): HrmError {
  return new HrmError('aborted', `${work} was aborted`, { cause: signal.reason })
}

interface Listener {
  readonly calls: Set<() => void>
  readonly tell: () => void
}

const listeners = new WeakMap<AbortSignal, Listener>()

/**
 * As `addEventListener('abort', call)`, but one listener serves all who wait for the same signal: one may end a hundred
 * solves, and Node takes more than ten listeners for a leak and says so.
 * @param call a function of this caller's own
 * @returns what stops listening
 */
export function onAbort(signal: AbortSignal | undefined, call: () => void): () => void {
  if (!signal) return () => {}
  const { calls, tell } = listenerOf(signal)
  if (calls.size === 0) signal.addEventListener('abort', tell)
  calls.add(call)
  return () => {
    if (calls.delete(call) && calls.size === 0) signal.removeEventListener('abort', tell)
  }
}

/**
 * Aborts `controller` with the signal, also with one that is aborted already. `AbortSignal.any` would do, but came late:
 * Node 20.3, Safari 17.4.
 * @returns what stops listening
 */
export function abortWith(signal: AbortSignal | undefined, controller: AbortController): () => void {
  const abort = () => controller.abort(signal!.reason)
  if (signal?.aborted) abort()
  return onAbort(signal, abort)
}

/**
 * @param work what it is that an abort ends, for the message. Default: the solve
 * @throws HrmError `aborted` with the signal's reason as cause
 */
export function throwIfAborted(signal: AbortSignal | undefined, work?: string): void {
  if (signal?.aborted) throw abortError(signal, work)
}

/**
 * Waits no longer than the signal allows; what is waited for goes on.
 * @param work as for `throwIfAborted`
 * @throws HrmError `aborted` with the signal's reason as cause
 */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined, work?: string): Promise<T> {
  if (!signal) return promise
  return new Promise((resolve, reject) => {
    const abort = () => reject(abortError(signal, work))
    if (signal.aborted) abort()
    promise.then(resolve, reject).finally(onAbort(signal, abort))
  })
}

function listenerOf(signal: AbortSignal): Listener {
  let listener = listeners.get(signal)
  if (!listener) {
    const calls = new Set<() => void>()
    listener = {
      calls,
      tell() {
        for (const call of calls) call()
      },
    }
    listeners.set(signal, listener)
  }
  return listener
}

import { abortError, onAbort } from '../on-abort.ts'
import type { Call, Link } from './link.ts'

export interface RequestOptions {
  signal?: AbortSignal
  onOpen?: (id: number) => void
  onStep?: Call['onStep']
  onProgress?: Call['onProgress']
  /** What it is that an abort ends, for the message. Default: the solve. */
  work?: string
}

/**
 * One call over a link. An abort ends it at once on this side; the worker stops after the ACT step it is in.
 * @throws HrmError what the worker threw, `aborted`, `engine_failed` when it dies
 */
export function request<T>(
  link: Link,
  message: { type: string },
  { signal, onOpen, onStep, onProgress, work }: RequestOptions = {},
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    if (signal?.aborted) return reject(abortError(signal, work))
    let id = 0 // no call's, until this one is open
    const stop = onAbort(signal, () => {
      link.abandon(id)
      stop()
      reject(abortError(signal!, work))
    })
    id = link.open(message, {
      onStep,
      onProgress,
      resolve: (value) => {
        stop()
        resolve(value as T)
      },
      reject: (error) => {
        stop()
        reject(error)
      },
    })
    onOpen?.(id)
  })
}

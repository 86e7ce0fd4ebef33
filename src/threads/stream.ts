import { abortError, abortWith } from '../on-abort.ts'
import type { SolveResult, SolveStep } from '../solve/types.ts'
import type { Link } from './link.ts'
import { request } from './request.ts'

/** The steps that a call sends, then its result. Leaving the loop ends the call. */
export async function* streamSteps<Step = SolveStep, Result = SolveResult>(
  link: Link,
  message: { type: string },
  signal?: AbortSignal,
): AsyncGenerator<Step, Result, void> {
  const queue: Step[] = []
  let wake = () => {}
  let id = 0
  let settled = false
  const leave = new AbortController()
  const stop = abortWith(signal, leave)
  const result = request<Result>(link, message, {
    signal: leave.signal,
    onOpen: (opened) => (id = opened),
    onStep: (step: Step) => {
      queue.push(step)
      wake()
    },
  })
  // Awaited below; until then a failure must not count as unhandled.
  result
    .catch(() => {})
    .finally(() => {
      settled = true
      wake()
    })
  try {
    while ((!settled || queue.length > 0) && !signal?.aborted) {
      const step = queue.shift()
      if (step === undefined) {
        await new Promise<void>((resolve) => (wake = resolve))
        continue
      }
      yield step
      link.send('credit', id)
    }
    // The worker may have run ahead to the result: an abort counts all the same.
    if (queue.length > 0) throw abortError(signal!)
    return await result
  } finally {
    // The signal may outlive many calls: none may leave a listener on it.
    stop()
    leave.abort()
  }
}

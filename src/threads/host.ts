import { type Reply, type Request, STEP_WINDOW, toWireError } from './protocol.ts'

/** The worker's side of the channel: its global scope, `parentPort`, or one end of a MessageChannel. */
export interface HostPort {
  postMessage(message: Reply): void
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void
}

/** One call as the one who answers it sees it. */
export interface HostCall {
  /** Aborted when the caller has left. */
  readonly signal: AbortSignal
  progress(progress: unknown): void
  /** Sends every step; pauses while the caller does not take them. @returns what the generator returns */
  stream<T>(steps: AsyncGenerator<unknown, T, void>): Promise<T>
  /** Says whether this worker holds the lock by which its death shows. */
  alive(locked: boolean): void
}

/** Answers calls, any number at once, each with what `answer` returns or throws. */
export function serveCalls<Opening extends { type: string }>(
  port: HostPort,
  answer: (request: Opening, call: HostCall) => Promise<unknown>,
): void {
  const calls = new Map<number, { hear(type: 'credit' | 'abort'): void }>()

  port.addEventListener('message', ({ data }: MessageEvent<Request<Opening>>) => {
    if (data.type === 'abort' || data.type === 'credit') calls.get(data.id)?.hear(data.type)
    else void serve(data as Opening & { id: number })
  })

  async function serve(request: Opening & { id: number }): Promise<void> {
    const { id } = request
    const abort = new AbortController()
    let credit = STEP_WINDOW
    /** Wakes a stream that waits for credit. */
    let wake = () => {}
    calls.set(id, {
      hear(type) {
        if (type === 'abort') abort.abort()
        else credit++
        wake()
      },
    })
    const call: HostCall = {
      signal: abort.signal,
      progress: (progress) => port.postMessage({ type: 'progress', id, progress }),
      alive: (locked) => port.postMessage({ type: 'alive', id, locked }),
      async stream(steps) {
        for (;;) {
          const { done, value } = await steps.next()
          if (done) return value
          port.postMessage({ type: 'step', id, step: value })
          credit--
          while (credit <= 0 && !abort.signal.aborted) await new Promise<void>((resolve) => (wake = resolve))
        }
      },
    }
    try {
      port.postMessage({ type: 'result', id, value: await answer(request, call) })
    } catch (error) {
      port.postMessage({ type: 'error', id, error: toWireError(error) })
    } finally {
      calls.delete(id)
    }
  }
}

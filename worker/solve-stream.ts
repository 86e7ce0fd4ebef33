import type { Context } from 'hono'
import { stream } from 'hono/streaming'
import type { StreamingApi } from 'hono/utils/stream'
import { abortWith } from '../src/on-abort.ts'
import type { SolveStep } from '../src/solve/types.ts'
import { errorLog, isFault } from './log.ts'
import { problemDocument, toProblemError } from './problem.ts'
import { type AppEnv, keepAlive, type Service } from './service.ts'
import { runSolve, type SolveJob, type SolveRun } from './solve-run.ts'

/** Steps that may wait for a slow client, some 100 KB of a 9x9 board; those beyond are not sent. */
const MAX_UNSENT = 64

/**
 * Streams a solve as server-sent events. What is wrong with the request, or a service that is full, is told by a status;
 * then the response begins, however long the first step must wait for a slot of the engine.
 * @param job of `checkSolve`
 * @throws ProblemError `overloaded`
 */
export function streamSolve(c: Context<AppEnv>, service: Service, job: SolveJob): Response {
  const left = new AbortController()
  const { signal } = left
  const run = runSolve(service, { ...job, signal })
  const leave = abortWith(job.signal, left)

  // not by Hono's streamSSE: it sets Connection and Transfer-Encoding too, and Node would send them to any client
  c.header('Content-Type', 'text/event-stream')
  c.header('Cache-Control', 'no-cache')
  c.header('X-Accel-Buffering', 'no') // proxies that buffer would hold the steps back
  return stream(c, (events) => {
    events.onAbort(() => left.abort())
    const beat = () => events.write(': still computing\n\n')
    beat() // workerd holds the head of a response back until there is a body
    const heartbeat = setInterval(beat, service.limits.heartbeatMs)
    const work = sendAll(events, run)
      .catch(async (error) => {
        if (signal.aborted) return
        const problem = toProblemError(error)
        if (isFault(problem)) service.log(errorLog(job.id, problem.code, error))
        await send(events, 'problem', problemDocument(problem, c.req.url, job.id))
      })
      .finally(() => {
        clearInterval(heartbeat)
        leave()
      })
    return keepAlive(c, work)
  })
}

/** Never waits for the client before the solve is over: a slow reader must not hold a slot of the engine. */
async function sendAll(events: StreamingApi, run: SolveRun): Promise<void> {
  let unsent = 0
  let next = await run.next()
  while (!next.done) {
    if (unsent < MAX_UNSENT) {
      unsent++
      send(events, 'step', compact(next.value), next.value.step).then(() => unsent--)
    }
    next = await run.next()
  }
  await send(events, 'result', next.value)
}

/** JSON has no line breaks, so one line of data holds it. */
const send = (events: StreamingApi, event: 'step' | 'result' | 'problem', data: unknown, id?: number) =>
  events.write(`event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`)

/** Four digits of a belief are plenty, and make a 9x9 step one third as long. */
const compact = (step: SolveStep): SolveStep => ({
  ...step,
  confidence: step.confidence.map((belief) => Math.round(belief * 1e4) / 1e4),
})

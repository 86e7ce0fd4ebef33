import type { SolveOptions, SolveResult, SolveStep } from '../../src/solve/types.ts'
import { Failure } from './failure.ts'
import { readEvents } from './sse.ts'

/** Solves over HTTP: the steps as the service streams them, then the result. Fails with `Failure`. */
export async function* edgeSteps(
  board: string,
  { maxSteps, seed, signal }: SolveOptions,
): AsyncGenerator<SolveStep, SolveResult, void> {
  const response = await network(signal, () =>
    fetch('/v1/solve', {
      method: 'POST',
      headers: { Accept: 'text/event-stream', 'Content-Type': 'application/json' },
      body: JSON.stringify({ task: 'sudoku', board, maxSteps, seed }),
      signal,
    }),
  )
  if (!response.ok || response.body === null) throw await refusal(response)
  const events = readEvents(response.body)
  for (;;) {
    const { done, value } = await network(signal, () => events.next())
    if (done) throw new Failure('network', 'The stream ended before the result.')
    const data = JSON.parse(value.data)
    if (value.event === 'step') yield data
    else if (value.event === 'result') return data
    else if (value.event === 'problem') throw toFailure(data)
  }
}

/** Runs a network call; whatever goes wrong in it is the network's failure, or the person's own abort. */
async function network<T>(signal: AbortSignal | undefined, call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    if (signal?.aborted) throw new Failure('aborted', 'the solve was aborted')
    throw new Failure('network', error instanceof Error ? error.message : String(error))
  }
}

/** The problem document of a refused request (RFC 9457), or what can be said without one. */
async function refusal(response: Response): Promise<Failure> {
  const isProblem = response.headers.get('Content-Type')?.startsWith('application/problem+json')
  if (!isProblem) return new Failure('network', `It answered with HTTP status ${response.status}.`)
  return toFailure(await response.json())
}

function toFailure({ code, detail, cells }: { code: string; detail: string; cells?: Failure['cells'] }): Failure {
  return new Failure(code, detail, cells)
}

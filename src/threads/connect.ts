import { HrmError } from '../errors.ts'
import { Link, type WorkerLike } from './link.ts'
import { type RequestOptions, request } from './request.ts'
import type { CreatedSolver, SolverRequest, WireCreateOptions } from './solver-host.ts'

/**
 * Starts a worker and builds the solver in it. A worker whose solver cannot be built is ended again.
 * @throws HrmError `engine_failed`, `option_invalid`, and what building the solver throws
 */
export async function connect(worker: () => WorkerLike, options: WireCreateOptions, call: RequestOptions = {}) {
  const lock = `hrm-edge-worker-${Math.random().toString(36).slice(2)}${Date.now().toString(36)}`
  const link = start(worker, lock)
  const message: SolverRequest = { type: 'create', options, lock }
  try {
    const created = await request<CreatedSolver>(link, message, { ...call, work: 'loading the solver' })
    const { files, ...info } = created
    return { link, info, files }
  } catch (error) {
    link.close(error as HrmError)
    throw error
  }
}

/** A browser starts no worker whose script is of another origin, or not allowed by the page's policy. */
function start(worker: () => WorkerLike, lock: string): Link {
  try {
    return new Link(checkWorker(worker()), lock)
  } catch (cause) {
    if (cause instanceof HrmError) throw cause
    const why = cause instanceof Error ? `: ${cause.message}` : ''
    throw new HrmError('engine_failed', `the solver's worker could not be started${why}`, { cause })
  }
}

/** By what it can do: a worker of Node is one only with the listeners of the web. */
function checkWorker(worker: WorkerLike): WorkerLike {
  const { postMessage, terminate, addEventListener } = Object(worker)
  if ([postMessage, terminate, addEventListener].every((method) => typeof method === 'function')) return worker
  throw new HrmError('option_invalid', 'worker must return a worker: postMessage, terminate and addEventListener')
}

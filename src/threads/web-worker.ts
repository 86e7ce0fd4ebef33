import { HrmError } from '../errors.ts'
import { pageUrl } from '../platform/page-url.ts'
import type { WorkerLike } from './link.ts'

/** Starts the web worker whose script lies beside this one. @throws HrmError `engine_unavailable` */
export function startThread(): WorkerLike {
  if (typeof Worker === 'undefined') {
    throw new HrmError(
      'engine_unavailable',
      'hrm-edge/worker needs web workers; elsewhere use createSolver of hrm-edge',
    )
  }
  // Bundlers look for exactly this expression.
  return new Worker(new URL('./worker-entry.js', import.meta.url), { type: 'module' })
}

/** What a string names here, for a worker, whose script lies elsewhere. @throws HrmError `weights_fetch` */
export function absolute(name: string): string {
  return pageUrl(name).href
}

import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { WorkerLike } from './link.ts'

/** In the bundle the solver's thread has the name it has in a browser. */
const IN_BUNDLE = 'worker-entry.js'

/** Starts a thread, by default the solver's, as a web worker would be. The script has the extension of this file. */
export function startThread(script?: URL): WorkerLike {
  const own = extname(import.meta.url) === '.ts' ? 'node-entry.ts' : IN_BUNDLE
  return asWebWorker(new Worker(script ?? new URL(`./${own}`, import.meta.url)))
}

/** Node's threads speak by event emitters, and tell of their end. */
function asWebWorker(worker: Worker): WorkerLike {
  const events = new EventTarget()
  const fail = (message: string) =>
    events.dispatchEvent(Object.assign(new Event('error', { cancelable: true }), { message }))
  worker.on('message', (data) => events.dispatchEvent(new MessageEvent('message', { data })))
  worker.on('messageerror', () => events.dispatchEvent(new Event('messageerror')))
  worker.on('error', (error) => fail((error as Error).message))
  worker.on('exit', (code) => fail(`it ended by itself, code ${code}`))
  return {
    postMessage: (message) => worker.postMessage(message),
    terminate: () => worker.terminate(),
    addEventListener: (type, listener) => events.addEventListener(type, listener),
    ref: () => worker.ref(),
    unref: () => worker.unref(),
  }
}

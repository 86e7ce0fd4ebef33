import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { WorkerLike } from './link.ts'

/** In the bundle the solver's thread has the name it has in a browser. */
const IN_BUNDLE = 'worker-entry.js'

/** Starts a thread, by default the solver's, as a web worker would be. The script has the extension of this file. */
export function startThread(script?: URL): WorkerLike {
  const own = extname(import.meta.url) === '.ts' ? 'node-entry.ts' : IN_BUNDLE
  const { href } = script ?? new URL(`./${own}`, import.meta.url)
  return asWebWorker(
    takesText() ? new Worker(`import(${JSON.stringify(href)})`, { eval: true }) : new Worker(new URL(href)),
  )
}

/** A thread reads a path or a URL as this one does. */
export function absolute(name: string): string {
  return name
}

/**
 * A thread inherits Node's options, and with `--input-type` it runs no file. Its `execArgv` is no way out: that refuses
 * V8's options, and NODE_OPTIONS still counts.
 */
function takesText(): boolean {
  return [...process.execArgv, process.env.NODE_OPTIONS ?? ''].some((option) => option.includes('--input-type'))
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

import { resolve } from 'node:path'
// biome-ignore lint/style/useNodejsImportProtocol: webpack knows `new Worker` of this name alone for Node's.
import { Worker } from 'worker_threads'
import { isUrl } from '../platform/is-url.ts'
import type { WorkerLike } from './link.ts'

/** Starts the solver's thread, whose script lies beside this one, as a web worker would be. */
export function startThread(): WorkerLike {
  if (takesText()) return startText(import.meta.url.replace(/[^/]*$/, 'worker-entry.js'))
  // Bundlers look for exactly this expression.
  return asWebWorker(new Worker(new URL('./worker-entry.js', import.meta.url)))
}

/** Starts a thread of another script. */
export function startScript(script: URL): WorkerLike {
  return takesText() ? startText(script.href) : asWebWorker(new Worker(script))
}

/** A thread reads a path or a URL as this one does; a later one may start in another working directory. */
export function absolute(name: string): string {
  return isUrl(name) ? name : resolve(name)
}

/**
 * A thread inherits Node's options, and with `--input-type` it runs no file. Its `execArgv` is no way out: that refuses
 * V8's options, and NODE_OPTIONS still counts.
 */
function takesText(): boolean {
  return [...process.execArgv, process.env.NODE_OPTIONS ?? ''].some((option) => option.includes('--input-type'))
}

function startText(href: string): WorkerLike {
  return asWebWorker(new Worker(`import(${JSON.stringify(href)})`, { eval: true }))
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

import { parentPort } from 'node:worker_threads'
import type { HostPort } from './host.ts'

/** The way from this thread to the one that started it, with the listeners of the web. */
export function threadPort(): HostPort {
  const port = parentPort!
  return {
    postMessage: (message) => port.postMessage(message),
    addEventListener: (_, listener) => port.on('message', (data) => listener({ data } as MessageEvent)),
  }
}

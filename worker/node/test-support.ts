// What the tests of the server under Node share.
import { connect, type Socket } from 'node:net'
import { afterEach, expect } from 'vitest'
import type { Limits } from '../limits.ts'
import { BOARD, fakeApp, SOLUTION } from '../test-support.ts'
import { listen, type RunningServer, type Timeouts } from './server.ts'

export const BODY = JSON.stringify({ task: 'sudoku', board: BOARD })
export const solveHead = (length: number | string) =>
  `POST /v1/solve HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: ${length}\r\n\r\n`

/** A server for each test of a file, closed after it. */
export function nodeServer() {
  let server: RunningServer
  afterEach(() => server.close())
  const serve = async (...args: Parameters<typeof listen>): Promise<void> => {
    server = await listen(...args)
  }
  return {
    get server() {
      return server
    },
    serve,
    /** Serves the fake app. */
    async start(timeouts: Partial<Timeouts> = {}, limits: Partial<Limits> = {}) {
      const fake = fakeApp({ limits })
      await serve(fake.app, { port: 0, timeouts: { close: 100, ...timeouts } }, limits.discard)
      return { ...fake, url: `http://127.0.0.1:${server.port}` }
    },
    open(): Promise<Socket> {
      return new Promise((resolve, reject) => {
        const socket = connect(server.port, '127.0.0.1', () => resolve(socket)).once('error', reject)
      })
    },
  }
}

/** Everything the server says until it hangs up. */
export function rest(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('error', () => {}) // a reset after the answer is as good as an end
    socket.on('close', () => resolve(text))
  })
}

export function parse(answer: string) {
  const [head, body] = answer.split('\r\n\r\n')
  return { status: Number(head.split(' ')[1]), head, problem: JSON.parse(body) }
}

export async function expectStillServing(url: string): Promise<void> {
  const init = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: BODY }
  const response = await fetch(`${url}/v1/solve`, init)
  expect(await response.json()).toMatchObject({ solution: SOLUTION })
}

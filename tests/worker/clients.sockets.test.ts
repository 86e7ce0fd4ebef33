// The Worker over real connections: clients that are slow, wrong, or leave.
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { SolveResult } from '../../src/solve/types.ts'
import { EASY, EASY_SOLUTION, HARD, IMPOSSIBLE, isSolutionOf } from './boards.ts'
import { startWorkerd, type WorkerdServer } from './workerd-server.ts'

let server: WorkerdServer
let url: URL
let linesBefore = 0
beforeAll(async () => {
  server = await startWorkerd()
  url = server.url
})
afterAll(() => server?.close())
beforeEach(() => {
  linesBefore = server.lines().length
})

const post = (body: object, init: RequestInit = {}) =>
  fetch(new URL('/v1/solve', url), {
    method: 'POST',
    ...init,
    headers: { 'Content-Type': 'application/json', ...init.headers },
    body: JSON.stringify(body),
  })
/** A request's head, up to what says how long its body is. */
const POST = 'POST /v1/solve HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n'
const STREAM = { headers: { Accept: 'text/event-stream' } }

/** The log lines of the long solves of this test so far. The line of the short one before it may come late. */
const solves = () =>
  server
    .lines()
    .slice(linesBefore - 1)
    .filter((line) => line.includes('"event":"solve"'))
    .map((line) => JSON.parse(line) as { outcome: string; steps: number; maxSteps: number })
    .filter(({ maxSteps }) => maxSteps === 1024)

async function expectStillServing() {
  expect(await (await post({ task: 'sudoku', board: EASY })).json()).toMatchObject({ solution: EASY_SOLUTION })
}

function open(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(url.port), url.hostname, () => resolve(socket)).once('error', reject)
  })
}

function rest(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(text))
  })
}

test('steps arrive while later ones are still computed', async () => {
  const response = await post({ task: 'sudoku', board: IMPOSSIBLE, maxSteps: 60 }, STREAM)
  const reader = response.body!.getReader()
  let reads = 0
  while (!(await reader.read()).done) reads++
  expect(reads).toBeGreaterThan(10)
})

test('a stream begins while others have every slot of the engine', async () => {
  const leaving = new AbortController()
  const long = (seed: number) =>
    post({ task: 'sudoku', board: IMPOSSIBLE, maxSteps: 1024, seed }, { ...STREAM, signal: leaving.signal })
  for (let seed = 0; seed < 4; seed++) await (await long(seed)).body!.getReader().read()
  const waiting = await long(4) // would come to its first step after some 1024 of each of the others
  expect(waiting.status).toBe(200)
  expect(solves()).toEqual([])
  leaving.abort()
  await expect.poll(() => solves().length, { timeout: 60_000 }).toBe(5)
  expect(solves().every(({ outcome }) => outcome === 'aborted')).toBe(true)
  await expectStillServing()
})

test('clients that leave in the middle of a stream end the work and leave nothing behind', async () => {
  // more clients than the engine has slots: one that was lost would be missed
  for (let i = 0; i < 10; i++) {
    const leaving = new AbortController()
    const response = await post(
      { task: 'sudoku', board: IMPOSSIBLE, maxSteps: 1024, seed: i },
      { ...STREAM, signal: leaving.signal },
    )
    await response.body!.getReader().read()
    leaving.abort()
  }
  await expect.poll(() => solves().length, { timeout: 60_000 }).toBe(10)
  for (const { outcome, steps } of solves()) {
    expect(outcome).toBe('aborted')
    expect(steps).toBeLessThan(1024)
  }
  await expectStillServing()
})

test('clients that leave while their answer is computed end the work too', async () => {
  const body = JSON.stringify({ task: 'sudoku', board: IMPOSSIBLE, maxSteps: 1024 })
  const sockets = await Promise.all(Array.from({ length: 10 }, open))
  for (const socket of sockets) {
    rest(socket)
    socket.write(`${POST}Content-Length: ${body.length}\r\n\r\n${body}`)
  }
  const metrics = async () => (await fetch(new URL('/metrics', url))).text()
  await expect.poll(metrics).toContain('hrm_solves_in_flight 10\n')
  // A reset: workerd on its own takes a plain end for a client that still listens.
  for (const socket of sockets) socket.resetAndDestroy()
  await expect.poll(() => solves().length, { timeout: 60_000 }).toBe(10)
  expect(solves().every(({ outcome }) => outcome === 'aborted')).toBe(true)
  await expectStillServing()
})

test('forty at once: each is solved by the rules, or told to come back', async () => {
  const requests = Array.from({ length: 40 }, (_, seed) => post({ task: 'sudoku', board: HARD, seed }))
  const statuses = []
  for (const response of await Promise.all(requests)) {
    statuses.push(response.status)
    if (response.status === 200) {
      expect(isSolutionOf(HARD, ((await response.json()) as SolveResult).solution!)).toBe(true)
    } else {
      expect(response.status).toBe(503)
      expect(response.headers.get('Retry-After')).toBe('1')
      expect(await response.json()).toMatchObject({ code: 'overloaded' })
    }
  }
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(32)
  await expectStillServing()
})

test('a body that comes in pieces is waited for', async () => {
  const body = JSON.stringify({ task: 'sudoku', board: EASY })
  const socket = await open()
  const answer = rest(socket)
  socket.write(`${POST}Connection: close\r\nContent-Length: ${body.length}\r\n\r\n`)
  for (let at = 0; at < body.length; at += 20) {
    socket.write(body.slice(at, at + 20))
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  expect(await answer).toContain(EASY_SOLUTION)
})

test.each([
  ['less than its Content-Length', 'Content-Length: 5000\r\n\r\n{"task":'],
  ['half a chunk', 'Transfer-Encoding: chunked\r\n\r\n100\r\n{"task":'],
])('a client that sends %s and leaves harms nobody', async (_, sent) => {
  const socket = await open()
  socket.write(`${POST}${sent}`)
  await new Promise((resolve) => setTimeout(resolve, 50))
  socket.destroy()
  await expectStillServing()
})

test('a chunked body that never ends is 413 once over the limit', async () => {
  const socket = await open()
  const answer = rest(socket)
  socket.write(`${POST}Transfer-Encoding: chunked\r\n\r\n`)
  const pump = setInterval(() => socket.write(`1000\r\n${' '.repeat(0x1000)}\r\n`), 2)
  let heard = ''
  socket.on('data', (chunk) => {
    heard += chunk
  })
  await expect.poll(() => heard, { timeout: 60_000 }).toContain('"code":"body_too_large"')
  expect(heard).toMatch(/^HTTP\/1.1 413 /)
  clearInterval(pump)
  socket.destroy()
  await answer
  await expectStillServing()
})

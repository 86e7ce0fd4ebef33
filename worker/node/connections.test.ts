import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { yieldToEventLoop } from '../../src/event-loop.ts'
import { hold } from '../../tests/helpers/turns.ts'
import { HARD, SOLUTION } from '../test-support.ts'
import { BODY, expectStillServing, nodeServer, rest, solveHead } from './test-support.ts'

const node = nodeServer()
const { start, open } = node

describe('a connection without a byte for the idle time', () => {
  /** Of those that are to be kept: on a busy machine a request takes a while to follow its connection. */
  const long = 5000
  const idle = 300
  const longerThan = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms + 500))

  /** A server whose next solve takes longer than that, and whose code has run once. */
  async function startSlow() {
    const fake = await start({ idle: long })
    await expectStillServing(fake.url)
    const { pause } = fake.solver
    fake.solver.pause = () => {
      fake.solver.pause = pause
      return longerThan(long)
    }
    return fake
  }

  test('is kept while an answer is computed', async () => {
    const { url, lines } = await startSlow()
    await expectStillServing(url)
    expect(lines).toMatchObject([{ outcome: 'done' }, { outcome: 'done' }])
  })

  test('is kept while an earlier answer is computed', async () => {
    await startSlow()
    const socket = await open()
    const answer = rest(socket)
    socket.write(solveHead(BODY.length).replace('Connection: close\r\n', '') + BODY)
    socket.write('GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    expect(await answer).toMatch(new RegExp(`${SOLUTION}.*HTTP/1.1 200 .*"status":"ok"`, 's'))
  })

  test('is ended where nothing was sent, or a part of a request', async () => {
    await start({ idle: 100 })
    for (const sent of ['', 'GET /health', solveHead(BODY.length) + BODY.slice(0, 10)]) {
      const socket = await open()
      socket.write(sent)
      expect(await rest(socket)).toBe('')
    }
  })

  test.each([
    ['', async () => {}],
    [' after a long wait', () => longerThan(idle)],
  ])('is ended where the answer is not read%s', async (_, wait) => {
    let cancelled = () => {}
    const ended = new Promise<void>((resolve) => {
      cancelled = resolve
    })
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
      cancel: () => cancelled(),
    })
    const fetch = async () => {
      await wait()
      return new Response(endless)
    }
    await node.serve({ fetch }, { port: 0, timeouts: { idle, close: 100 } })
    const socket = await open()
    socket.pause()
    socket.on('error', () => {})
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    await ended
    socket.destroy()
  })
})

/** Begins eight solves, each step of a millisecond and followed by what follows it in the real solver. */
async function keepBusy({ solver, post }: Awaited<ReturnType<typeof start>>): Promise<void> {
  solver.pause = () => {
    hold(1) // or the steps would be over before the system, if it is busy, has brought the connections here
    return yieldToEventLoop()
  }
  for (let i = 0; i < 8; i++) post('/v1/solve', { task: 'sudoku', board: HARD, maxSteps: 256 })
  while (solver.computed < 8) await yieldToEventLoop()
}

test('while eight boards are solved, new connections are answered within a few steps', async () => {
  const fake = await start()
  await keepBusy(fake)
  const before = fake.solver.computed
  let answered = 0
  for (let i = 0; i < 40; i++) {
    const socket = connect(node.server.port, '127.0.0.1').once('data', () => answered++)
    socket.write('GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  }
  while (answered < 40) await yieldToEventLoop()
  expect((fake.solver.computed - before) / 8).toBeLessThan(10)
})

test('closing while eight boards are solved, connections that wait to be accepted are answered', async () => {
  const fake = await start({ close: 60_000 })
  await keepBusy(fake)
  const answers: Promise<string>[] = []
  for (let i = 0; i < 40; i++) {
    const socket = connect(node.server.port, '127.0.0.1')
    answers.push(rest(socket))
    socket.write('GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  }
  const closed = node.server.close()
  for (const answer of answers) expect(await answer).toMatch(/^HTTP\/1\.1 200 /)
  await closed
})

test('closing lets a running solve end', async () => {
  const { url, solver } = await start({ close: 5000 })
  let open = () => {}
  const gate = new Promise<void>((resolve) => {
    open = resolve
  })
  let waiting = false
  solver.pause = () => {
    waiting = true
    return gate
  }
  const init = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: BODY }
  const answer = fetch(`${url}/v1/solve`, init)
  await expect.poll(() => waiting).toBe(true)
  const closed = node.server.close()
  open()
  await closed
  expect(await (await answer).json()).toMatchObject({ solution: SOLUTION })
  await expect(fetch(url)).rejects.toThrow()
})

import { expect, test } from 'vitest'
import { HARD, SOLUTION } from '../test-support.ts'
import { listen } from './server.ts'
import { BODY, expectStillServing, nodeServer, parse, rest, solveHead } from './test-support.ts'

const node = nodeServer()
const { start, open } = node

test('solves, and streams', async () => {
  const { url } = await start()
  await expectStillServing(url)
  const init = {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream' },
    body: BODY,
  }
  const text = await (await fetch(`${url}/v1/solve`, init)).text()
  expect(text.match(/^event: \w+$/gm)).toEqual(['event: step', 'event: step', 'event: step', 'event: result'])
})

test('a body that comes byte by byte is waited for', async () => {
  await start()
  const socket = await open()
  const answer = rest(socket)
  socket.write(solveHead(BODY.length))
  for (const byte of BODY) {
    socket.write(byte)
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  expect(await answer).toContain(SOLUTION)
})

test('a request that does not arrive in time is 408', async () => {
  const { url } = await start({ request: 200 })
  const socket = await open()
  socket.write(solveHead(BODY.length) + BODY.slice(0, 10))
  const { status, head, problem } = parse(await rest(socket))
  expect(status).toBe(408)
  expect(head).toContain('Content-Type: application/problem+json')
  expect(problem).toMatchObject({ code: 'request_timeout', status: 408 })
  await expectStillServing(url)
})

test('headers that do not arrive in time are 408', async () => {
  await start({ headers: 200 })
  const socket = await open()
  socket.write('GET /health HTTP/1.1\r\nX-Slow: ')
  expect(parse(await rest(socket)).problem).toMatchObject({ code: 'request_timeout' })
})

test.each([
  ['less than Content-Length', solveHead(BODY.length + 100) + BODY],
  ['nothing', solveHead(10)],
])('a client that sends %s and leaves harms nobody', async (_, sent) => {
  const { url, lines } = await start()
  const socket = await open()
  socket.write(sent)
  await new Promise((resolve) => setTimeout(resolve, 20))
  socket.destroy()
  await expectStillServing(url)
  expect(lines.filter(({ event }) => event === 'error')).toEqual([])
})

test('more than Content-Length is not HTTP', async () => {
  const { url } = await start()
  const socket = await open()
  socket.write(`${solveHead(BODY.length)}${BODY} and more`)
  expect(parse(await rest(socket))).toMatchObject({ status: 400, problem: { code: 'bad_request' } })
  await expectStillServing(url)
})

test.each([
  ['none', (head: string) => head.replace('Content-Type: application/json\r\n', '')],
  ['an empty one', (head: string) => head.replace('application/json', '')],
])('a body with a Content-Type that is %s is 415', async (_, without) => {
  await start()
  const socket = await open()
  socket.write(without(solveHead(BODY.length)) + BODY)
  expect(parse(await rest(socket))).toMatchObject({ status: 415, problem: { code: 'media_type_unsupported' } })
})

test.each([
  ['not a number', solveHead('ten')],
  ['negative', solveHead(-1)],
  ['twice', solveHead('1\r\nContent-Length: 2')],
])('a Content-Length that is %s is 400', async (_, sent) => {
  await start()
  const socket = await open()
  socket.write(sent)
  expect(parse(await rest(socket))).toMatchObject({ status: 400, problem: { code: 'bad_request' } })
})

test.each([
  ['over the limit', 413, '/v1/solve', ''],
  ['over the limit, on a connection that ends with the answer', 413, '/v1/solve', 'Connection: close\r\n'],
  ['not looked at', 404, '/nothing', ''],
])('a client that sends all of a large body before it reads gets the answer: %s', async (_, status, path, header) => {
  await start()
  const socket = await open()
  const size = 32 << 20
  const head = `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${header}`
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject)
    socket.write(`${head}Content-Length: ${size}\r\n\r\n`)
    socket.write(Buffer.alloc(size, ' '), () => resolve())
  })
  const answer = rest(socket)
  if (header === '') socket.end('GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  expect(await answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  if (header === '') expect(await answer).toMatch(/HTTP\/1\.1 200 /)
})

test('a body that never ends is 413 once over the limit, and is not read for ever', async () => {
  const { url } = await start({}, { discard: { bytes: 1 << 20, ms: 60_000 } })
  const socket = await open()
  const answer = rest(socket)
  socket.write(
    'POST /v1/solve HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
  )
  const chunk = `1000\r\n${' '.repeat(0x1000)}\r\n`
  const pump = setInterval(() => socket.write(chunk), 1)
  try {
    expect(parse(await answer)).toMatchObject({ status: 413, problem: { code: 'body_too_large' } })
  } finally {
    clearInterval(pump)
  }
  await expectStillServing(url)
})

test.each([
  ['is refused', 413, '/v1/solve', { discard: { bytes: 1 << 30, ms: 100 } }],
  ['is not looked at', 404, '/nothing', { discard: { bytes: 1 << 30, ms: 100 } }],
  ['is too much, and refused', 413, '/v1/solve', { discard: { bytes: 1000, ms: 1e6 } }],
  ['is too much, and not looked at', 404, '/nothing', { discard: { bytes: 1000, ms: 1e6 } }],
])('a body that %s and comes on and on is not read for longer than is set', async (_, status, path, limits) => {
  await start({}, limits)
  const socket = await open()
  const answer = rest(socket)
  const head = solveHead(1 << 30)
    .replace('/v1/solve', path)
    .replace('Connection: close\r\n', '')
  socket.write(head + ' '.repeat(100_000))
  let sent = 0
  const pump = setInterval(() => socket.write(' '.repeat(100), () => sent++), 10)
  try {
    expect(parse(await answer)).toMatchObject({ status })
    expect(sent).toBeLessThan(300) // in 6 s Node would end the connection, as one that is kept alive and idle
  } finally {
    clearInterval(pump)
  }
})

test.each([
  ['leaves', 60_000, 'data'],
  ['is hung up on', 100, 'close'],
])('a client that %s before the end of a body that nobody looks at leaves no timer', async (_, ms, event) => {
  await start({}, { discard: { bytes: 1 << 20, ms } })
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  const before = timers()
  for (let client = 0; client < 10; client++) {
    const socket = await open()
    socket.on('error', () => {}).resume()
    socket.write('POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n')
    await new Promise((resolve) => socket.once(event, resolve))
    socket.destroy()
  }
  await expect.poll(timers, { timeout: 5_000 }).toBeLessThan(before + 5) // the runner has some of its own
})

test('too many headers are 431', async () => {
  await start()
  const socket = await open()
  socket.write(`GET /health HTTP/1.1\r\nHost: x\r\n${'X-A: b\r\n'.repeat(5000)}\r\n`)
  expect(parse(await rest(socket))).toMatchObject({ status: 431, problem: { code: 'headers_too_large' } })
})

test.each(['\u0000\u0001\u0002\r\n\r\n', 'GET /health HTTP/9.9\r\n\r\n', 'GET /health HTTP/1.1\r\nHost: a b\r\n\r\n'])(
  'what is not HTTP is 400: %j',
  async (sent) => {
    await start()
    const socket = await open()
    const answer = rest(socket)
    socket.end(sent)
    expect(parse(await answer)).toMatchObject({ status: 400, problem: { code: 'bad_request' } })
  },
)

test('a method that is not known is 400, and told as such', async () => {
  await start()
  const socket = await open()
  socket.write('FOO /health HTTP/1.1\r\nHost: x\r\n\r\n')
  const { status, problem } = parse(await rest(socket))
  expect(status).toBe(400)
  expect(problem).toMatchObject({ code: 'bad_request', detail: expect.stringContaining('method') })
  expect(JSON.stringify(problem)).not.toContain('not valid')
})

test('a problem names the path as it was sent', async () => {
  await start()
  const socket = await open()
  const path = '/v1/models/%20x%C3%A9%22'
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Request-Id: id\r\n\r\n`)
  const { status, problem } = parse(await rest(socket))
  expect([status, problem.instance]).toEqual([404, `${path}#id`])
})

test.each(
  ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS'].flatMap((method) =>
    ['1.2.3.999', '[::1', 'x:99999'].map((host) => [method, host]),
  ),
)('%s to the host %s, which no URL may have, is 400 and no fault', async (method, host) => {
  const { url, lines } = await start()
  for (const path of ['/v1/solve', '/v1/jobs', '/nothing']) {
    const socket = await open()
    const head = `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\nContent-Length: ${BODY.length}\r\n`
    socket.write(`${head}Content-Type: application/json; a="b"\r\n\r\n${BODY}`)
    expect(parse(await rest(socket))).toMatchObject({ status: 400, problem: { code: 'bad_request' } })
  }
  expect(lines).toEqual([])
  await expectStillServing(url)
})

test.each([
  ['the same', 'x', 'x'],
  ['another', 'x', 'y'],
  ['an empty', 'x', ''],
  ['a real one after an empty', '', 'x'],
])('two Host headers, %s, are 400', async (_, one, two) => {
  await start()
  const socket = await open()
  socket.write(`GET /health HTTP/1.1\r\nHost: ${one}\r\nhost: ${two}\r\nConnection: close\r\n\r\n`)
  expect(parse(await rest(socket))).toMatchObject({ status: 400, problem: { code: 'bad_request' } })
})

test('a request without Host is 400, an unknown expectation is passed over', async () => {
  await start()
  const hostless = await open()
  hostless.write('GET /health HTTP/1.1\r\n\r\n')
  const answer = rest(hostless)
  hostless.end()
  expect(parse(await answer)).toMatchObject({ status: 400, problem: { code: 'bad_request' } })

  const expecting = await open()
  expecting.write('GET /health HTTP/1.1\r\nHost: x\r\nExpect: banana\r\nConnection: close\r\n\r\n')
  expect(await rest(expecting)).toMatch(/^HTTP\/1\.1 200 /)
})

test.each([
  ['', solveHead(BODY.length + 100) + BODY],
  [' in a chunk', `${solveHead('0').replace('Content-Length: 0', 'Transfer-Encoding: chunked')}ff\r\n{`],
])('a body that is cut short%s is body_incomplete', async (_, sent) => {
  const { url } = await start()
  const socket = await open()
  const answer = rest(socket)
  socket.end(sent)
  expect(parse(await answer)).toMatchObject({ status: 400, problem: { code: 'body_incomplete' } })
  await expectStillServing(url)
})

test('headers that are cut short are bad_request', async () => {
  await start()
  const socket = await open()
  const answer = rest(socket)
  socket.end('GET /health HTTP/1.1\r\nHost:')
  expect(parse(await answer)).toMatchObject({ status: 400, problem: { code: 'bad_request' } })
})

test.each([
  ['', ''],
  [', and a good request between', 'GET /health HTTP/1.1\r\nHost: x\r\n\r\n'],
])('what is not HTTP after a request whose answer is being streamed gets no answer in it%s', async (_, between) => {
  const { url, solver } = await start()
  const socket = await open()
  const answer = rest(socket)
  const body = JSON.stringify({ task: 'sudoku', board: HARD, maxSteps: 1024 })
  solver.pause = () => new Promise((resolve) => setTimeout(resolve, 5))
  socket.write(solveHead(body.length).replace('Connection: close', 'Accept: text/event-stream').concat(body))
  await new Promise((resolve) => socket.once('data', resolve))
  socket.write(`${between}garbage\r\n\r\n`)
  const heard = await answer
  expect(heard).toMatch(/^HTTP\/1\.1 200 /)
  expect(heard.match(/HTTP\/1\.1/g)).toHaveLength(1)
  await expectStillServing(url)
})

test.each([
  ['HTTP/1.1', 'Connection: close, Transfer-Encoding: chunked'],
  ['HTTP/1.0', 'Connection: close'],
])('a stream over %s is framed as its client asked, and ends its connection', async (version, framing) => {
  await start()
  const socket = await open()
  const answer = rest(socket)
  socket.write(solveHead(BODY.length).replace('HTTP/1.1\r\n', `${version}\r\nAccept: text/event-stream\r\n`) + BODY)
  const [head, ...events] = (await answer).split('\r\n\r\n')
  expect(head).toContain('text/event-stream')
  const lines = head.split('\r\n').filter((line) => /^(connection|transfer-encoding|content-length):/i.test(line))
  expect(lines.sort().join(', ')).toBe(framing)
  expect(events.join('\r\n\r\n')).toContain(SOLUTION)
})

test('a client that leaves in the middle of a stream ends the work', async () => {
  const { url, solver, lines } = await start()
  solver.pause = () => new Promise((resolve) => setTimeout(resolve, 5))
  const leaving = new AbortController()
  const response = await fetch(`${url}/v1/solve`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream' },
    body: JSON.stringify({ task: 'sudoku', board: HARD, maxSteps: 1024 }),
    signal: leaving.signal,
  })
  await response.body!.getReader().read()
  leaving.abort()
  await expect.poll(() => lines.length).toBe(1)
  expect(lines[0]).toMatchObject({ outcome: 'aborted' })
  expect(solver.computed).toBeLessThan(1024)
  await expectStillServing(url)
})

test('a client that leaves while its answer is computed ends the work', async () => {
  const { url, solver, lines } = await start()
  solver.pause = () => new Promise((resolve) => setTimeout(resolve, 2))
  const leaving = new AbortController()
  const body = JSON.stringify({ task: 'sudoku', board: HARD, maxSteps: 1024 })
  const init = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body, signal: leaving.signal }
  const answer = fetch(`${url}/v1/solve`, init)
  await expect.poll(() => solver.computed).toBeGreaterThan(1)
  leaving.abort()
  await expect(answer).rejects.toThrow()
  await expect.poll(() => lines.length).toBe(1)
  expect(lines[0]).toMatchObject({ outcome: 'aborted' })
})

test('a port that is taken is an error', async () => {
  const { app } = await start()
  await expect(listen(app, { port: node.server.port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
})

// Bytes that no well-meaning client sends, over real connections to the Worker in workerd. What is not HTTP is answered
// by workerd itself (in production by Cloudflare's front); all else is a problem document.
import { connect, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { EASY, EASY_SOLUTION } from './boards.ts'
import { startWorkerd, type WorkerdServer } from './workerd-server.ts'

let server: WorkerdServer
beforeAll(async () => {
  server = await startWorkerd()
})
afterAll(() => server?.close())

function open(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(server.url.port), server.url.hostname, () => resolve(socket)).once('error', reject)
  })
}

/** What comes back until an answer is whole, or the connection ends. */
async function answerTo(sent: string | Uint8Array): Promise<{ status: number; text: string }> {
  const socket = await open()
  let text = ''
  await new Promise<void>((resolve) => {
    socket.on('data', (chunk) => {
      text += chunk
      const [head, body] = text.split('\r\n\r\n')
      const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? Number.NaN)
      if (body !== undefined && body.length >= length) resolve()
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve())
    socket.write(sent)
  })
  socket.destroy()
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]), text }
}

const solve = { task: 'sudoku', board: EASY }
const good = (body = JSON.stringify(solve)) =>
  fetch(new URL('/v1/solve', server.url), { method: 'POST', headers: { 'Content-Type': 'application/json' }, body })

afterEach(async () => {
  expect(await (await good()).json()).toMatchObject({ solution: EASY_SOLUTION })
})

const POST = 'POST /v1/solve HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n'
const GET = 'GET /health HTTP/1.1\r\nHost: x\r\n'

test.each<[string, string, ...number[]]>([
  // how much of it is read at once decides whether it is too much
  ['one header of 500 kB', `${GET}X: ${'a'.repeat(500_000)}\r\n\r\n`, 431, 200],
  ['a target of 500 kB', `GET /${'a'.repeat(500_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 414, 431],
  ['a negative length', `${POST}Content-Length: -5\r\n\r\n{}`, 400],
  ['a length in words', `${POST}Content-Length: five\r\n\r\n{}`, 400],
  ['two lengths', `${POST}Content-Length: 2\r\nContent-Length: 7\r\n\r\n{}12345`, 400],
  ['a length beyond 64 bits', `${POST}Content-Length: 99999999999999999999\r\n\r\n{}`, 400],
  ['a zero byte in a header', `${GET}X: a\0b\r\n\r\n`, 400],
  ['no HTTP at all', '\x16\x03\x01\x02\x00\x01\x00\r\n\r\n', 400],
  ['no Host', 'GET /health HTTP/1.1\r\n\r\n', 400],
])('%s is answered by workerd: %#', async (_, sent, ...statuses) => {
  expect(statuses).toContain((await answerTo(sent)).status)
})

test.each([
  [
    'a chunk size that is no number',
    `${POST}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`,
    'body_incomplete',
  ],
  ['a length and chunks', `${POST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 'json_malformed'],
  ['a path with half a character', 'GET /v1/models/%E0%A4%A HTTP/1.1\r\nHost: x\r\n\r\n', 'model_unknown'],
  ['a path out of the root', 'GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n', 'not_found'],
  ['TRACE', 'TRACE /health HTTP/1.1\r\nHost: x\r\n\r\n', 'method_not_allowed'],
  ['a body that is promised as UTF-16', `${POST}Content-Length: 4\r\n\r\n{\0}\0`, 'json_malformed'],
])('%s is a problem', async (_, sent, code) => {
  const { text } = await answerTo(sent)
  expect(text).toContain('application/problem+json')
  expect(text).toContain(`"code":"${code}"`)
})

test('five thousand headers change nothing', async () => {
  const flood = Array.from({ length: 5000 }, (_, i) => `X-${i}: ${'a'.repeat(20)}\r\n`).join('')
  expect((await answerTo(`${GET}${flood}\r\n`)).status).toBe(200)
})

test('three hundred clients that send a byte now and then hold up nobody', async () => {
  const sockets = await Promise.all(Array.from({ length: 300 }, open))
  for (const [i, socket] of sockets.entries()) {
    socket.on('error', () => {})
    socket.write(i % 2 ? 'GET /health HTTP/1.1\r\n' : `${POST}Content-Length: 60000\r\n\r\n{`)
  }
  const drip = setInterval(() => {
    for (const [i, socket] of sockets.entries()) socket.write(i % 2 ? 'X-A: b\r\n' : ' ')
  }, 50)
  // more good requests than the service admits at once: a place held by a slow body would be missed
  const answers = await Promise.all(Array.from({ length: 32 }, () => good()))
  expect(answers.map(({ status }) => status)).toEqual(new Array(32).fill(200))
  for (const answer of answers) await answer.text()
  clearInterval(drip)
  for (const socket of sockets) socket.destroy()
})

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type IncomingHttpHeaders, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { sha256Hex } from '../hash.ts'
import { BOARD, SOLUTION } from '../test-support.ts'
import { isLoopbackAddress } from './loopback.ts'
import { type ServeOptions, serve } from './serve.ts'
import type { RunningServer } from './server.ts'

let assetsDir: string
let server: RunningServer
beforeAll(async () => {
  assetsDir = await mkdtemp(join(tmpdir(), 'hrm-edge-assets-'))
  await writeFile(join(assetsDir, 'index.html'), '<p>playground</p>')
})
afterEach(() => server?.close())
afterAll(() => rm(assetsDir, { recursive: true }))

const start = async (options: Partial<ServeOptions> = {}): Promise<void> => {
  server = await serve({ port: 0, assetsDir, log: () => {}, solver: { task: 'sudoku' }, ...options })
}

/** Not by `fetch`, which sets Host itself. */
function ask(method: string, path: string, headers: Record<string, string>, body = '') {
  return new Promise<{ status?: number; headers: IncomingHttpHeaders; text: string }>((resolve, reject) => {
    const sent = request({ port: server.port, host: '127.0.0.1', method, path, headers }, async (response) => {
      let text = ''
      for await (const chunk of response) text += chunk
      resolve({ status: response.statusCode, headers: response.headers, text })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

const solve = (headers: Record<string, string>) =>
  ask(
    'POST',
    '/v1/solve',
    { 'Content-Type': 'application/json', ...headers },
    JSON.stringify({ task: 'sudoku', board: BOARD }),
  )
const preflight = (headers: Record<string, string>) =>
  ask('OPTIONS', '/v1/solve', { 'Access-Control-Request-Method': 'POST', ...headers })

describe('on a loopback address without keys', () => {
  test('programs, and pages of this machine, may call', async () => {
    await start()
    const { port } = server
    const origins = ['http://localhost:5173', 'https://localhost', 'http://[::1]:1', `http://127.0.0.1:${port}`]
    for (const origin of origins) {
      const allowed = await preflight({ Origin: origin })
      expect([allowed.status, allowed.headers['access-control-allow-origin']]).toEqual([204, origin])
      const { text, headers } = await solve({ Origin: origin })
      expect(JSON.parse(text)).toMatchObject({ solution: SOLUTION })
      expect(headers['access-control-allow-origin']).toBe(origin)
      expect(headers.vary).toContain('Origin')
    }
    for (const host of [`localhost:${port}`, 'LOCALHOST', '127.0.0.1', '127.8.8.8', `[::1]:${port}`]) {
      const page = await ask('GET', '/', { Host: host })
      expect([page.status, page.text]).toEqual([200, '<p>playground</p>'])
      expect((await solve({ Host: host })).headers).not.toHaveProperty('access-control-allow-origin')
    }
  })

  test.each([
    ['the page of another site', { Origin: 'https://evil.example' }],
    ['a page without an origin', { Origin: 'null' }],
    ['a name that only looks like one of this machine', { Origin: 'http://localhost.evil.example' }],
    ['an address that only looks like one of this machine', { Origin: 'http://127.0.0.1.evil.example' }],
    ['a page of another machine', { Origin: 'http://192.168.0.2:8080' }],
    ['an extension', { Origin: 'chrome-extension://localhost' }],
    ["a site's own name that leads here", { Host: 'evil.example' }],
    ['the same, with its port and origin', { Host: 'evil.example:8080', Origin: 'http://evil.example:8080' }],
    ['the same, with an origin of this machine', { Host: 'evil.example', Origin: 'http://localhost' }],
  ])('%s is refused', async (_, headers) => {
    await start({ jobsDir: join(assetsDir, 'jobs') })
    const job = { ...headers, 'Content-Type': 'text/csv' }
    const answers = [
      await solve(headers),
      await preflight(headers),
      await ask('OPTIONS', '/v1/solve', headers),
      await ask('GET', '/', headers),
      await ask('POST', '/v1/jobs?task=sudoku', job, `board\n${BOARD}\n`),
    ]
    for (const { status, headers, text } of answers) {
      expect([status, JSON.parse(text).code]).toEqual([403, 'origin_refused'])
      expect(headers['x-request-id']).toBe(JSON.parse(text).requestId)
      expect(headers).not.toHaveProperty('access-control-allow-origin')
    }
  })
})

test.each([
  ['with keys', async () => ({ apiKeys: await sha256Hex('k') })],
  ['at an address that others reach', async () => ({ hostname: '0.0.0.0' })],
])('%s any page may call', async (_, options) => {
  await start(await options())
  const { text, headers } = await solve({
    Host: 'hrm.example',
    Origin: 'https://other.example',
    Authorization: 'Bearer k',
  })
  expect(JSON.parse(text)).toMatchObject({ solution: SOLUTION })
  expect(headers['access-control-allow-origin']).toBe('*')
})

test.each(['127.1', 'localhost', '::ffff:127.0.0.1'])(
  'bound to a loopback address by the name of %s, others are refused',
  async (hostname) => {
    await start({ hostname })
    const answers = [await solve({ Origin: 'https://evil.example' }), await solve({ Host: 'evil.example' })]
    expect(answers.map(({ status }) => status)).toEqual([403, 403])
    expect((await solve({})).status).toBe(200)
    expect((await solve({ Host: `[::ffff:7f00:1]:${server.port}` })).status).toBe(200)
  },
)

test('tells addresses that only this machine reaches from others', () => {
  const loopback = ['127.0.0.1', '127.0.0.2', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1', '::ffff:7f00:1']
  const others = [
    '0.0.0.0',
    '::',
    '10.0.0.1',
    '128.0.0.1',
    '::2',
    '::ffff:10.0.0.1',
    'fe80::1%lo',
    '127.0.0.1.evil.example',
    '',
  ]
  expect(loopback.filter(isLoopbackAddress)).toEqual(loopback)
  expect(others.filter(isLoopbackAddress)).toEqual([])
})

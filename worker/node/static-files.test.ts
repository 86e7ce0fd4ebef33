import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { get, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { fakeApp } from '../test-support.ts'
import { listen, type RunningServer } from './server.ts'
import { staticFiles } from './static-files.ts'

const HASHED = 'app-0123456789.js'
const FOR_EVER = 'public, max-age=31536000, immutable'

let parent: string
let root: string
let server: RunningServer
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'hrm-edge-files-'))
  root = join(parent, 'page')
  await mkdir(root)
  await write('index.html', '<p>one</p>')
  await write(HASHED, 'one()')
  server = await listen(fakeApp({ assets: staticFiles(root) }).app, { port: 0 })
})
afterEach(async () => {
  await server.close()
  await rm(parent, { recursive: true })
})

/** With the time that npm gives to every file of a package. */
async function write(name: string, content: string): Promise<void> {
  await rm(join(root, name), { force: true })
  await writeFile(join(root, name), content)
  await utimes(join(root, name), new Date('1985-10-26T08:15:00Z'), new Date('1985-10-26T08:15:00Z'))
}

const ask = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${server.port}${path}`, init)

test.each([
  ['/', 'public, max-age=0, must-revalidate'],
  [`/${HASHED}`, FOR_EVER],
])('%s is 304 to who has it', async (path, cacheControl) => {
  const first = await ask(path)
  expect([first.status, first.headers.get('Cache-Control')]).toEqual([200, cacheControl])
  const tag = first.headers.get('ETag')!
  const again = await ask(path, { headers: { 'If-None-Match': tag } })
  expect([again.status, await again.text()]).toEqual([304, ''])
  const kept = ['ETag', 'Cache-Control', 'Access-Control-Allow-Origin'].map((name) => again.headers.get(name))
  expect(kept).toEqual([tag, cacheControl, '*'])
  const head = await ask(path, { method: 'HEAD' })
  expect([head.status, head.headers.get('ETag'), head.headers.get('Content-Length')]).toEqual([
    200,
    tag,
    first.headers.get('Content-Length'),
  ])
})

test('a file of another version is sent, though its size and the time that npm gave it are the same', async () => {
  const first = await ask('/')
  await write('index.html', '<p>two</p>')
  const headers: Record<string, string> = { 'If-None-Match': first.headers.get('ETag')! }
  expect(await (await ask('/', { headers })).text()).toBe('<p>two</p>')
  expect(first.headers.has('Last-Modified')).toBe(false)
})

test.each(['bytes=1-2', 'bytes=9999999-'])('the whole file is sent to who asks for %s', async (range) => {
  const response = await ask('/', { headers: { Range: range } })
  expect([response.status, await response.text()]).toEqual([200, '<p>one</p>'])
})

test('every answer carries the request id, also that to OPTIONS', async () => {
  for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS']) {
    const { status, headers } = await ask('/', { method, headers: { 'X-Request-Id': 'mine' } })
    expect([method, status < 500, headers.get('X-Request-Id')]).toEqual([method, true, 'mine'])
  }
})

test('what is not there is a problem that nobody keeps', async () => {
  const missing = await ask('/app-9876543210.js')
  expect([missing.status, missing.headers.get('Cache-Control'), missing.headers.get('ETag')]).toEqual([
    404,
    'no-store',
    null,
  ])
})

test.each([
  '/../secret.txt',
  '/%2e%2e/secret.txt',
  '/..%2fsecret.txt',
  '/..\\secret.txt',
  '/..%5csecret.txt',
  '/x/..%2f..%2fsecret.txt',
  '//../secret.txt',
])('%s leads out of no folder', async (path) => {
  await writeFile(join(parent, 'secret.txt'), 'what nobody may read')
  // as it is: fetch would make it a plain path first
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ host: '127.0.0.1', port: server.port, path }, resolve).once('error', reject)
  })
  expect([400, 404]).toContain(answer.statusCode)
  expect(await text(answer)).not.toContain('what nobody may read')
})

import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectHrmError, expectHrmRejection } from '../../tests/helpers/errors.ts'
import { fetchBytes, parseUrl } from './read-response.ts'

const BODY = Uint8Array.from({ length: 200_000 }, (_, i) => i % 251)

const routes: Record<string, (response: ServerResponse) => void> = {
  '/whole': (response) => response.writeHead(200, { 'content-length': BODY.length }).end(BODY),
  '/chunked': (response) => {
    for (let at = 0; at < BODY.length; at += 50_000) response.write(BODY.subarray(at, at + 50_000))
    response.end()
  },
  '/gzip': (response) => {
    const packed = gzipSync(BODY)
    response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': packed.length }).end(packed)
  },
  '/empty': (response) => response.writeHead(204).end(),
  '/broken': (response) => {
    response.writeHead(200, { 'content-length': BODY.length })
    response.write(BODY.subarray(0, 1000), () => response.destroy())
  },
  '/never': (response) => response.writeHead(200).write('x'),
}

let server: Server
let base: string
beforeAll(async () => {
  server = createServer((request, response) => {
    const route = routes[request.url!]
    if (route) route(response)
    else response.writeHead(404).end('none')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const read = async (path: string, signal?: AbortSignal) => {
  const progress: { loaded: number; total?: number }[] = []
  const bytes = await fetchBytes(new URL(base + path), signal, (p) => progress.push(p))
  return { bytes, progress }
}

describe('fetchBytes', () => {
  it.each([
    ['/whole', BODY.length],
    ['/chunked', undefined],
    ['/gzip', undefined],
  ])('reads %s and tells a progress that never falls', async (path, total) => {
    const { bytes, progress } = await read(path)
    expect(bytes).toEqual(BODY)
    expect(progress.length).toBeGreaterThan(0)
    for (let i = 1; i < progress.length; i++) expect(progress[i].loaded).toBeGreaterThanOrEqual(progress[i - 1].loaded)
    expect(progress.at(-1)).toEqual(total === undefined ? { loaded: BODY.length } : { loaded: BODY.length, total })
  })

  it.each([
    ['/none', 'HTTP 404'],
    ['/broken', ''],
    ['/empty', 'the answer is empty'],
  ])('says what went wrong with %s', async (path, message) => {
    const error = await expectHrmRejection(read(path), 'weights_fetch', message)
    expect(error.message.startsWith(`${base}${path}: `)).toBe(true)
    expect(error.cause).toBeInstanceOf(Error)
  })

  it('can be aborted before and while it reads', async () => {
    const reason = new Error('enough')
    const before = await expectHrmRejection(read('/whole', AbortSignal.abort(reason)), 'aborted')
    expect(before.cause).toBe(reason)
    const controller = new AbortController()
    setTimeout(() => controller.abort(reason), 20)
    const during = await expectHrmRejection(read('/never', controller.signal), 'aborted', 'reading the weights')
    expect(during.cause).toBe(reason)
  })
})

describe('parseUrl', () => {
  it('resolves names against a page', () => {
    expect(parseUrl('x', 'https://example.com/a/b').href).toBe('https://example.com/a/x')
    expect(parseUrl('https://example.com/').host).toBe('example.com')
  })

  it.each(['', 'x', 'http://[', '//'])('refuses %j, which names nothing by itself', (name) => {
    expectHrmError(() => parseUrl(name), 'weights_fetch', `${JSON.stringify(name)} is not a URL`)
  })
})

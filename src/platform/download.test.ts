import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { expectHrmError, expectHrmRejection } from '../../tests/helpers/errors.ts'
import { download, parseUrl } from './download.ts'

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
  '/half': (response) => {
    response.writeHead(200, { 'content-length': BODY.length })
    response.write(BODY.subarray(0, BODY.length / 2), () => setTimeout(() => response.destroy(), 50))
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
  const bytes = await download(new URL(base + path), { signal, onProgress: (p) => progress.push(p) })
  return { bytes, progress }
}

describe('download', () => {
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

it('leaves the total out once it was that of a compressed file, which another origin hid', async () => {
  const chunks = [0, 1, 2, 3].map((quarter) => BODY.slice(quarter * 50_000, (quarter + 1) * 50_000))
  const body = new ReadableStream({
    pull(controller) {
      const chunk = chunks.shift()
      if (chunk) controller.enqueue(chunk)
      else controller.close()
    },
  })
  vi.stubGlobal('fetch', async () => new Response(body, { headers: { 'Content-Length': '120000' } }))
  onTestFinished(() => void vi.unstubAllGlobals())
  const { bytes, progress } = await read('/elsewhere')
  expect(bytes).toEqual(BODY)
  expect(progress).toEqual([
    { loaded: 50_000, total: 120_000 },
    { loaded: 100_000, total: 120_000 },
    { loaded: 150_000 },
    { loaded: 200_000 },
  ])
})

it('hands on what onProgress throws, and does not ask again', async () => {
  const mine = new Error('mine')
  let requests = 0
  routes['/counted'] = (response) => {
    requests++
    routes['/whole'](response)
  }
  const onProgress = () => {
    throw mine
  }
  await expect(download(new URL(`${base}/counted`), { onProgress })).rejects.toBe(mine)
  expect(requests).toBe(1)
})

describe('download from a server that stumbles', () => {
  let tries: string[]
  /** Takes one answer of `script` a request; the last one goes on. */
  const stumble = (...script: string[]) => {
    tries = []
    routes['/stumbles'] = (response) => {
      const answer = script[Math.min(tries.length, script.length - 1)]
      tries.push(answer)
      if (/^\d/.test(answer)) response.writeHead(Number(answer)).end()
      else routes[answer](response)
    }
    return read('/stumbles')
  }

  it('tries again after a cut connection and a failing server; the progress never falls', async () => {
    const { bytes, progress } = await stumble('/half', '503', '/whole')
    expect(bytes).toEqual(BODY)
    expect(tries).toEqual(['/half', '503', '/whole'])
    const loaded = progress.map((p) => p.loaded)
    expect(loaded).toEqual(loaded.toSorted((a, b) => a - b))
    expect(loaded[0]).toBeLessThanOrEqual(BODY.length / 2)
    expect(loaded.at(-1)).toBe(BODY.length)
  })

  it('gives up after the third try, and at once where another would not help', async () => {
    await expectHrmRejection(stumble('/half'), 'weights_fetch')
    expect(tries.length).toBe(3)
    await expectHrmRejection(stumble('503'), 'weights_fetch', 'HTTP 503')
    expect(tries.length).toBe(3)
    await expectHrmRejection(stumble('404'), 'weights_fetch', 'HTTP 404')
    expect(tries.length).toBe(1)
    await expectHrmRejection(stumble('429', '403'), 'weights_fetch', 'HTTP 403')
    expect(tries.length).toBe(2)
  })

  it('can be aborted while it waits for the next try', async () => {
    routes['/stumbles'] = (response) => {
      response.writeHead(503).end()
      setTimeout(() => controller.abort(), 20)
    }
    const controller = new AbortController()
    await expectHrmRejection(read('/stumbles', controller.signal), 'aborted')
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

import { describe, expect, test } from 'vitest'
import { HrmError } from '../src/errors.ts'
import { parseApiKeys } from './guard.ts'
import { sha256Hex } from './hash.ts'
import { PROBLEMS } from './problem.ts'
import { BOARD, CONFLICT, fakeApp, problemOf, SOLUTION } from './test-support.ts'

const solve = { task: 'sudoku', board: BOARD }

describe('failures', () => {
  const chunked = (bytes: number) =>
    new ReadableStream({
      start(controller) {
        for (let sent = 0; sent < bytes; sent += 1000) controller.enqueue(new Uint8Array(1000).fill(0x20))
        controller.close()
      },
    })
  const json = { 'Content-Type': 'application/json' }

  const cases: [name: string, code: keyof typeof PROBLEMS, path: string, init?: RequestInit][] = [
    ['an unknown path', 'not_found', '/v2/solve'],
    ['a wrong method', 'method_not_allowed', '/v1/solve'],
    ['an unknown model', 'model_unknown', '/v1/models/nothing'],
    ['an unknown problem', 'not_found', '/problems/constructor'],
    ['a job where none can be run', 'jobs_unavailable', `/v1/jobs/${crypto.randomUUID()}`],
    ['a media type that is not offered', 'not_acceptable', '/v1/tasks', { headers: { Accept: 'image/png' } }],
    ['a page asked for as JSON', 'not_acceptable', '/docs', { headers: { Accept: 'application/json' } }],
    ['broken JSON', 'json_malformed', '/v1/solve', { method: 'POST', headers: json, body: '{"task":' }],
    ['no body', 'json_malformed', '/v1/solve', { method: 'POST', headers: json }],
    [
      'bad UTF-8',
      'json_malformed',
      '/v1/solve',
      { method: 'POST', headers: json, body: Uint8Array.of(0x7b, 0xff, 0x7d) },
    ],
    ['a form', 'media_type_unsupported', '/v1/solve', { method: 'POST', body: new URLSearchParams(solve) }],
    [
      'a compressed body',
      'media_type_unsupported',
      '/v1/solve',
      { method: 'POST', headers: { ...json, 'Content-Encoding': 'gzip' }, body: 'x' },
    ],
    [
      'a body over the limit',
      'body_too_large',
      '/v1/solve',
      { method: 'POST', headers: json, body: ' '.repeat(65_537) },
    ],
    [
      'a streamed body over the limit with a small Content-Length',
      'body_too_large',
      '/v1/solve',
      {
        method: 'POST',
        headers: { ...json, 'Content-Length': '10' },
        body: chunked(70_000),
        duplex: 'half',
      } as RequestInit,
    ],
  ]
  test.each(cases)('%s is %s', async (_, code, path, init) => {
    const { app } = fakeApp()
    const response = await app.request(path, init)
    const { status, title } = PROBLEMS[code]
    expect(response.status).toBe(status)
    const problem = await problemOf(response)
    const requestId = response.headers.get('X-Request-Id')
    expect(problem).toEqual({
      type: `/problems/${code}`,
      title,
      status,
      detail: expect.stringMatching(/\.$/),
      code,
      instance: `${path}#${requestId}`,
      requestId,
    })
  })

  test.each([
    ['/v1/models/%20x%C3%A9%22', '/v1/models/%20x%C3%A9%22'],
    ['/%00?q=1', '/%00'],
    ['/a b/é|[%zz]', '/a%20b/%C3%A9%7C%5B%25zz%5D'],
    ['//other.example/a', '/.//other.example/a'],
    [`/a${'é'.repeat(9000)}`, `/a${'%C3%A9'.repeat(42)}%25C`],
  ])('the instance of a problem at %s is a URI reference', async (path, instance) => {
    const { app } = fakeApp()
    const { instance: sent, requestId } = await problemOf(await app.request(`http://localhost${path}`))
    expect(sent).toBe(`${instance}#${requestId}`)
  })

  test('405 names the methods there are', async () => {
    const { app } = fakeApp()
    expect((await app.request('/v1/solve')).headers.get('Allow')).toBe('POST, OPTIONS')
    expect((await app.request('/v1/jobs/x', { method: 'POST' })).headers.get('Allow')).toBe(
      'GET, HEAD, DELETE, OPTIONS',
    )
    const response = await app.request('/v1/models', { method: 'DELETE' })
    expect(response.status).toBe(405)
    expect(response.headers.get('Allow')).toBe('GET, HEAD, OPTIONS')
  })

  test('500 tells nothing of the cause, and logs it', async () => {
    const broken = () => Promise.reject(new Error('secret path /etc'))
    const { app, lines } = fakeApp({ solvers: new Map([['sudoku', broken]]) })
    const response = await app.request('/v1/models')
    expect(response.status).toBe(500)
    const problem = await problemOf(response)
    expect(problem.code).toBe('internal_error')
    expect(JSON.stringify(problem)).not.toContain('secret')
    expect(lines).toEqual([expect.objectContaining({ event: 'error', message: 'secret path /etc' })])
  })

  test.each(['engine_fetch', 'engine_unavailable', 'weights_hash', 'disposed'] as const)(
    '%s is in the log if it is a fault of the service',
    async (code) => {
      const broken = () => Promise.reject(new HrmError(code, 'why'))
      const { app, lines } = fakeApp({ solvers: new Map([['sudoku', broken]]) })
      await app.request('/ready')
      const line = expect.objectContaining({ event: 'error', code, message: 'why' })
      expect(lines).toEqual(code === 'disposed' ? [] : [line])
    },
  )

  test('every kind of problem is described where its type points', async () => {
    const { app } = fakeApp()
    for (const [code, { status, title }] of Object.entries(PROBLEMS)) {
      const response = await app.request(`/problems/${code}`)
      expect(await response.json()).toEqual({ type: `/problems/${code}`, code, status, title })
    }
  })
})

test('a known request id is kept, a bad one replaced', async () => {
  const { app } = fakeApp()
  const ask = async (id: string) =>
    (await app.request('/health', { headers: { 'X-Request-Id': id } })).headers.get('X-Request-Id')
  expect(await ask('abc-123')).toBe('abc-123')
  expect(await ask('a b')).toMatch(/^[0-9a-f-]{36}$/)
  expect(await ask('x'.repeat(129))).toMatch(/^[0-9a-f-]{36}$/)
})

test('CORS: preflight and headers', async () => {
  const { app, post } = fakeApp()
  const preflight = await app.request('/v1/solve', {
    method: 'OPTIONS',
    headers: { Origin: 'https://example.org', 'Access-Control-Request-Method': 'POST' },
  })
  expect(preflight.status).toBe(204)
  expect(preflight.headers.get('Access-Control-Allow-Methods')).toContain('POST')
  const { paths } = (await (await app.request('/openapi.json')).json()) as { paths: Record<string, object> }
  const operations = Object.values(paths).flatMap((path) => Object.values(path))
  const parameters: { in: string; name: string }[] = operations.flatMap(({ parameters }) => parameters ?? [])
  const sent = parameters.filter((parameter) => parameter.in === 'header').map(({ name }) => name)
  const allowed = preflight.headers.get('Access-Control-Allow-Headers')!.split(',')
  expect(allowed).toEqual(expect.arrayContaining([...sent, 'Content-Type', 'Authorization']))
  expect(sent).toContain('If-None-Match')
  const refused = await post('/v1/solve', { ...solve, board: CONFLICT })
  expect(refused.headers.get('Access-Control-Allow-Origin')).toBe('*')
  expect(refused.headers.get('Access-Control-Expose-Headers')).toContain('Retry-After')
})

test('OPTIONS that is no preflight names the methods there are', async () => {
  const { app } = fakeApp()
  const ask = (path: string) => app.request(path, { method: 'OPTIONS', headers: { Origin: 'https://example.org' } })
  const known = await ask('/v1/jobs/x')
  expect([known.status, known.headers.get('Allow')]).toEqual([204, 'GET, HEAD, DELETE, OPTIONS'])
  expect(known.headers.get('Access-Control-Allow-Origin')).toBe('*')
  expect(known.headers.has('Content-Type')).toBe(false)
  expect((await ask('/v1/nothing')).status).toBe(404)
})

test('every path of /openapi.json answers every other method with 405, and HEAD as GET', async () => {
  const { app } = fakeApp()
  const { paths } = (await (await app.request('/openapi.json')).json()) as { paths: Record<string, object> }
  for (const path of [...Object.keys(paths), '/openapi.json', '/docs']) {
    const url = path.replace(/\{\w+\}/, 'x')
    const methods = Object.keys(paths[path] ?? { get: {} }).map((method) => method.toUpperCase())
    if (methods.includes('GET')) methods.push('HEAD')
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'QUERY'].filter(
      (m) => !methods.includes(m),
    )) {
      const response = await app.request(url, { method })
      expect([method, path, response.status]).toEqual([method, path, 405])
      const allow = response.headers.get('Allow')!.split(', ')
      expect(allow.toSorted()).toEqual([...methods, 'OPTIONS'].toSorted())
    }
    if (!methods.includes('GET')) continue
    const [got, head] = [await app.request(url), await app.request(url, { method: 'HEAD' })]
    expect([path, head.status, head.headers.get('Content-Type')]).toEqual([
      path,
      got.status,
      got.headers.get('Content-Type'),
    ])
    expect(await head.text()).toBe('')
  }
})

test('what has not changed is 304, with the headers that every answer has', async () => {
  const { app } = fakeApp()
  for (const path of ['/openapi.json', '/docs', '/v1/models', '/v1/models/fake', '/v1/tasks']) {
    const tag = (await app.request(path)).headers.get('ETag')!
    const headers = { 'If-None-Match': `"other", W/${tag}`, 'X-Request-Id': 'again', Origin: 'https://example.org' }
    const again = await app.request(path, { headers })
    expect([path, again.status, await again.text()]).toEqual([path, 304, ''])
    const kept = ['ETag', 'X-Request-Id', 'Access-Control-Allow-Origin', 'X-Content-Type-Options']
    expect(kept.map((name) => again.headers.get(name))).toEqual([tag, 'again', '*', 'nosniff'])
    expect(again.headers.get('Access-Control-Expose-Headers')).toContain('ETag')
    expect(again.headers.has('Content-Security-Policy')).toBe(false) // that of the kept page goes on
    expect((await app.request(path, { headers: { 'If-None-Match': '"other"' } })).status).toBe(200)
  }
})

test('pages may run scripts of their own origin only, data nothing', async () => {
  const { app } = fakeApp()
  const page = await app.request('/docs')
  expect(page.headers.get('Content-Security-Policy')).toContain("script-src 'self' 'wasm-unsafe-eval';")
  expect(page.headers.get('X-Content-Type-Options')).toBe('nosniff')
  const data = await app.request('/health')
  expect(data.headers.get('Content-Security-Policy')).toBe("default-src 'none'; frame-ancestors 'none'")
})

test('what is computed, counted or asked of a job is kept by nobody', async () => {
  const { app, post } = fakeApp()
  const answers = await Promise.all([
    post('/v1/solve/batch', { task: 'sudoku', boards: [BOARD] }),
    ...['/health', '/ready', '/metrics', '/v1/jobs/x'].map((path) => app.request(path)),
  ])
  expect(answers.map(({ headers }) => headers.get('Cache-Control'))).toEqual(answers.map(() => 'no-store'))
  expect((await app.request('/v1/tasks')).headers.has('Cache-Control')).toBe(false)
})

test('files come from assets, and what they lack is a problem', async () => {
  const files = ['/', '/app-0123456789.js']
  const { app } = fakeApp({ assets: async (c, next) => (files.includes(c.req.path) ? c.text('file') : next()) })
  const page = await app.request('/')
  expect(await page.text()).toBe('file')
  expect(page.headers.has('Cache-Control')).toBe(false)
  const hashed = await app.request('/app-0123456789.js')
  expect(hashed.headers.get('Cache-Control')).toBe('public, max-age=31536000, immutable')
  for (const path of files) {
    const refused = await app.request(path, { method: 'POST' })
    expect([refused.status, refused.headers.get('Allow')]).toEqual([405, 'GET, HEAD, OPTIONS'])
    expect((await problemOf(refused)).code).toBe('method_not_allowed')
    const asked = await app.request(path, { method: 'OPTIONS' })
    expect([asked.status, asked.headers.get('Allow')]).toEqual([204, 'GET, HEAD, OPTIONS'])
  }
  for (const init of [{}, { method: 'POST' }]) {
    const missing = await app.request('/app-9876543210.js', init)
    expect(missing.headers.get('Cache-Control')).toBe('no-store')
    expect((await problemOf(missing)).code).toBe('not_found')
  }
})

test('API keys are needed where they are set', async () => {
  const keys = [await sha256Hex('k1')]
  const { app, post } = fakeApp({ apiKeys: () => keys })
  const refused = await post('/v1/solve', solve, { Authorization: 'Bearer k2' })
  expect(refused.status).toBe(401)
  expect(refused.headers.get('WWW-Authenticate')).toBe('Bearer')
  expect((await problemOf(refused)).code).toBe('unauthorized')
  expect((await post('/v1/solve', solve)).status).toBe(401)
  expect((await post('/v1/solve/batch', { task: 'sudoku', boards: [BOARD] })).status).toBe(401)
  for (const [method, path] of [
    ['POST', ''],
    ['GET', '/x'],
    ['GET', '/x/results'],
    ['DELETE', '/x'],
  ]) {
    expect((await app.request(`/v1/jobs${path}`, { method })).status).toBe(401)
  }
  expect((await post('/v1/solve', solve, { Authorization: 'Bearer k1' })).status).toBe(200)
  expect((await app.request('/health')).status).toBe(200)
})

test('without a key too, wrong methods are 405 and unknown paths 404, and no rate counts them', async () => {
  const callers: string[] = []
  const keys = [await sha256Hex('k1')]
  const { app } = fakeApp({ apiKeys: () => keys, rateLimit: async (_, caller) => callers.push(caller) < 5 })
  const ask = async (method: string, path: string) => {
    const { status, headers } = await app.request(path, { method })
    return [status, headers.get('Allow')]
  }
  expect(await ask('PUT', '/v1/solve')).toEqual([405, 'POST, OPTIONS'])
  expect(await ask('OPTIONS', '/v1/solve')).toEqual([204, 'POST, OPTIONS'])
  expect(await ask('POST', '/metrics')).toEqual([405, 'GET, HEAD, OPTIONS'])
  expect(await ask('PUT', '/v1/jobs/x')).toEqual([405, 'GET, HEAD, DELETE, OPTIONS'])
  expect(await ask('GET', '/v1/solve/xyz')).toEqual([404, null])
  expect(callers).toEqual([])
  expect(await ask('HEAD', '/metrics')).toEqual([401, null])
  expect(await ask('GET', '/v1/jobs/x')).toEqual([401, null])
  expect(callers).toHaveLength(2)
})

test('each of several API keys lets in', async () => {
  const keys = await Promise.all(['k1', 'k2', 'k3'].map(sha256Hex))
  const { app } = fakeApp({ apiKeys: () => keys })
  const statuses = []
  for (const key of ['Bearer k1', 'bearer  k2 ', 'Bearer k3', 'Bearer', 'Basic k1', `Bearer ${keys[0]}`]) {
    statuses.push((await app.request('/metrics', { headers: { Authorization: key } })).status)
  }
  expect(statuses).toEqual([200, 200, 200, 401, 401, 401])
})

test('API keys are read as hashes, and nothing else passes for one', () => {
  const [a, b] = ['a'.repeat(64), 'B'.repeat(64)]
  expect(parseApiKeys(undefined)).toEqual([])
  expect(parseApiKeys(` ${a},\n${b} `)).toEqual([a, 'b'.repeat(64)])
  expect(() => parseApiKeys(`${a} plain-key`)).toThrow('API key 2')
  for (const none of ['', ' ', ',', '\n, ']) expect(() => parseApiKeys(none)).toThrow('holds no hash')
})

test('a caller over its rate is told when to come back', async () => {
  const callers: string[] = []
  const { post } = fakeApp({
    rateLimit: async (_, caller) => callers.push(caller) < 2,
  })
  const from = { 'CF-Connecting-IP': '192.0.2.1' }
  expect(await (await post('/v1/solve', solve, from)).json()).toMatchObject({ solution: SOLUTION })
  const refused = await post('/v1/solve', solve, from)
  expect(refused.status).toBe(429)
  expect(refused.headers.get('Retry-After')).toBe('60')
  expect((await problemOf(refused)).code).toBe('rate_limited')
  expect(callers).toEqual(['192.0.2.1', '192.0.2.1'])
})

test('a caller with IPv6 is counted by its /64', async () => {
  const callers: string[] = []
  const { app } = fakeApp({ rateLimit: async (_, caller) => callers.push(caller) < 3 })
  for (const address of ['2001:db8:0:1::1', '2001:db8:0:1:2:3:4:5']) {
    await app.request('/metrics', { headers: { 'CF-Connecting-IP': address } })
  }
  expect(callers).toEqual(['2001:db8:0:1::/64', '2001:db8:0:1::/64'])
})

test('wrong keys are counted by address, right ones by key', async () => {
  const callers: string[] = []
  const key = await sha256Hex('k1')
  const { app } = fakeApp({ apiKeys: () => [key], rateLimit: async (_, caller) => callers.push(caller) < 3 })
  const ask = async (Authorization: string) => {
    const headers = { Authorization, 'CF-Connecting-IP': '192.0.2.1' }
    return (await app.request('/metrics', { headers })).status
  }
  expect([await ask('Bearer k2'), await ask('Bearer k1'), await ask('Bearer k3')]).toEqual([401, 200, 429])
  expect(callers).toEqual(['192.0.2.1', key, '192.0.2.1'])
})

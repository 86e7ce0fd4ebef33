import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createClient } from '../../src/client/index.ts'
import type { OpenableWebGpu } from '../../src/engines/gpu.ts'
import { HrmError } from '../../src/errors.ts'
import { IMPOSSIBLE, SMALL } from '../../tests/worker/boards.ts'
import { sha256Hex } from '../hash.ts'
import { jobResult } from '../jobs/schemas.ts'
import type { ErrorLog, SolveLog } from '../log.ts'
import { BOARD, SOLUTION } from '../test-support.ts'
import { serve } from './serve.ts'

let assetsDir: string
beforeAll(async () => {
  assetsDir = await mkdtemp(join(tmpdir(), 'hrm-edge-assets-'))
  await writeFile(join(assetsDir, 'index.html'), '<p>playground</p>')
})
afterAll(() => rm(assetsDir, { recursive: true }))

const log = () => {}

test('serves the models that ship, and the playground', async () => {
  const server = await serve({ port: 0, assetsDir, log })
  try {
    const url = `http://127.0.0.1:${server.port}`
    const init = {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ task: 'sudoku', board: BOARD }),
    }
    const response = await fetch(`${url}/v1/solve`, init)
    expect(await response.json()).toMatchObject({ status: 'solved', solution: SOLUTION, verified: true })
    expect(response.headers.get('Server-Timing')).toMatch(/^solve;dur=/)
    expect(await (await fetch(`${url}/ready`)).json()).toMatchObject({ models: [{ task: 'sudoku' }, { task: 'maze' }] })

    const page = await fetch(url)
    expect(await page.text()).toBe('<p>playground</p>')
    expect(page.headers.get('Content-Type')).toContain('text/html')
    expect(page.headers.get('Content-Security-Policy')).toContain("script-src 'self'")
    const posted = await fetch(url, { method: 'POST', body: '{}' })
    expect([posted.status, posted.headers.get('Allow')]).toEqual([405, 'GET, HEAD, OPTIONS'])
    const missing = await fetch(`${url}/missing.js`)
    expect(missing.status).toBe(404)
    expect(missing.headers.get('Content-Type')).toBe('application/problem+json')
  } finally {
    await server.close()
  }
})

test('serves one task alone where it is told which', async () => {
  const server = await serve({ port: 0, assetsDir, log, solver: { task: 'maze' } })
  try {
    const tasks = await createClient(`http://127.0.0.1:${server.port}`).tasks()
    expect(tasks.map(({ name }) => name)).toEqual(['maze'])
  } finally {
    await server.close()
  }
})

test('is ready while solves before the first question hold every slot of the engine and every place', async () => {
  const solver = { task: 'sudoku', slots: 1 }
  const server = await serve({ port: 0, assetsDir, log, solver, limits: { maxInFlight: 2 } })
  const leaving = new AbortController()
  try {
    const url = `http://127.0.0.1:${server.port}`
    const solve = {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream' },
      body: JSON.stringify({ task: 'sudoku', board: IMPOSSIBLE, maxSteps: 1024 }),
      signal: leaving.signal,
    }
    // held on to: fetch cancels an answer that nobody can read any more
    const answers = [await fetch(`${url}/v1/solve`, solve), await fetch(`${url}/v1/solve`, solve)]
    expect((await fetch(`${url}/ready`)).status).toBe(200)
    expect(await (await fetch(`${url}/metrics`)).text()).toContain('hrm_solves_in_flight 2\n')
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
  } finally {
    leaving.abort()
    await server.close()
  }
})

test('keeps out who has no key', async () => {
  const server = await serve({ port: 0, assetsDir, log, apiKeys: await sha256Hex('k') })
  try {
    const ask = (headers: Record<string, string>) =>
      fetch(`http://127.0.0.1:${server.port}/v1/solve`, { method: 'POST', headers, body: '{}' })
    const type = { 'Content-Type': 'application/json' }
    expect((await ask(type)).status).toBe(401)
    expect((await ask({ ...type, Authorization: 'Bearer k' })).status).toBe(422)
  } finally {
    await server.close()
  }
})

test('where auto finds no GPU, a batch leaves a slot to the next caller as it does on a processor', async () => {
  const open = () => Promise.reject(new HrmError('engine_unavailable', 'no adapter here'))
  const webgpu: OpenableWebGpu = { backend: 'webgpu', open }
  const solver = { task: 'sudoku', backend: 'auto', webgpu } as const
  const lines: (SolveLog | ErrorLog)[] = []
  const apiKeys = (await Promise.all(['a', 'b'].map(sha256Hex))).join(' ')
  const server = await serve({ port: 0, assetsDir, log: (line) => lines.push(line), solver, apiKeys })
  try {
    const url = `http://127.0.0.1:${server.port}`
    const client = (apiKey: string) => createClient(url, { apiKey })
    const boards = Array<string>(64).fill('.2341...........') // nothing goes into the first cell
    const batch = client('a').solveBatch('sudoku', boards, { maxSteps: 256 })
    const metrics = () => fetch(`${url}/metrics`, { headers: { Authorization: 'Bearer b' } })
    await expect.poll(async () => (await metrics()).text()).toContain('hrm_solves_in_flight 1\n')
    await client('b').solve('sudoku', SMALL)
    await batch
    expect(lines).toMatchObject([{ boards: 1 }, { boards: 64 }])
  } finally {
    await server.close()
  }
})

test('does not start with bad weights, bad keys or a port that is taken', async () => {
  await expect(serve({ port: 0, solver: { weights: new Uint8Array(10) } })).rejects.toMatchObject({
    name: 'HrmError',
    code: expect.stringMatching(/^weights_/),
  })
  await expect(serve({ port: 0, apiKeys: 'plain' })).rejects.toMatchObject({
    name: 'HrmError',
    code: 'usage',
    message: expect.stringContaining('API_KEYS_SHA256: API key 1'),
  })
  const other = createServer()
  const port = await new Promise<number>((resolve) => {
    other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port))
  })
  await expect(serve({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  await new Promise((resolve) => other.close(resolve))
})

test('solves that still run when the time to end is over are told why they end, as JSON and in a stream', async () => {
  const lines: { event: string; outcome?: string }[] = []
  const timeouts = { close: 200 }
  const server = await serve({ port: 0, assetsDir, log: (line) => lines.push(line), timeouts })
  const ask = (accept: string) =>
    fetch(`http://127.0.0.1:${server.port}/v1/solve`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: accept },
      body: JSON.stringify({ task: 'sudoku', board: IMPOSSIBLE, maxSteps: 1024 }),
    })
  const stream = await ask('text/event-stream')
  const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = (await reader.read()).value ?? ''
  const json = ask('application/json')
  const metrics = async () => (await fetch(`http://127.0.0.1:${server.port}/metrics`)).text()
  await expect.poll(metrics, { timeout: 60_000 }).toContain('hrm_solves_in_flight 2\n')
  const closed = server.close()
  expect((await json).status).toBe(503)
  expect(await (await json).json()).toMatchObject({ code: 'disposed' })
  for (let next = await reader.read(); !next.done; next = await reader.read()) text += next.value
  expect(text).toMatch(/\nevent: problem\ndata: .*"code":"disposed".*\n\n$/)
  await closed
  expect(lines.map(({ event, outcome }) => [event, outcome])).toEqual(Array(2).fill(['solve', 'disposed']))
})

test('takes in jobs where it has a folder for them, solves them as /v1/solve does, and counts them', async () => {
  const jobsDir = await mkdtemp(join(tmpdir(), 'hrm-edge-jobs-'))
  const server = await serve({ port: 0, assetsDir, log, jobsDir })
  try {
    const client = createClient(`http://127.0.0.1:${server.port}`)
    const { id } = await client.submitJob('sudoku', [BOARD, BOARD, BOARD])
    expect(await client.waitForJob(id, { intervalMs: 50 })).toMatchObject({ state: 'done', solved: 3 })
    for await (const row of client.jobResults(id)) {
      expect(jobResult.strict().parse(row)).toEqual(row)
      expect(row.solution).toBe(SOLUTION)
    }
    const metrics = await (await fetch(`http://127.0.0.1:${server.port}/metrics`)).text()
    expect(metrics).toMatch(/\nhrm_boards_solved_total\{task="sudoku",.*\} 3\n/)
  } finally {
    await server.close()
    await rm(jobsDir, { recursive: true })
  }
})

test('holds its folder for jobs until its requests have ended, and solves what they brought after the next start', async () => {
  const jobsDir = await mkdtemp(join(tmpdir(), 'hrm-edge-jobs-'))
  const options = { port: 0, assetsDir, log, jobsDir, solver: { task: 'sudoku' }, timeouts: { close: 30_000 } }
  const first = await serve(options)
  const headers = { 'Content-Type': 'application/jsonl', Expect: '100-continue' }
  const upload = request({ port: first.port, method: 'POST', path: '/v1/jobs?task=sudoku', headers })
  upload.flushHeaders()
  await once(upload, 'continue') // the server has it

  const closed = first.close()
  await expect(serve(options)).rejects.toThrow('is used by another process')
  upload.end(`"${BOARD}"\n`)
  const [response] = (await once(upload, 'response')) as [IncomingMessage]
  expect(response.statusCode).toBe(202)
  const { id } = (await json(response)) as { id: string }
  await closed

  const second = await serve(options)
  try {
    const client = createClient(`http://127.0.0.1:${second.port}`)
    expect(await client.waitForJob(id, { intervalMs: 50 })).toMatchObject({ state: 'done', solved: 1 })
  } finally {
    await second.close()
    await rm(jobsDir, { recursive: true })
  }
})

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { HrmError } from '../../../src/errors.ts'
import type { Limits } from '../../limits.ts'
import type { ErrorLog, SolveLog } from '../../log.ts'
import { BOARD, fakeApp, fakeSolver, HARD, problemOf, SOLUTION } from '../../test-support.ts'
import { JOB_TIMES } from '../ledger-sql.ts'
import type { JobResult, JobStatus } from '../schemas.ts'
import { lockFolder } from './folder-lock.ts'
import { type LocalJobs, type LocalJobsOptions, openLocalJobs } from './local-jobs.ts'
import { sqlite } from './sqlite.ts'

let dir: string
let open: LocalJobs[] = []
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hrm-edge-jobs-'))
})
afterEach(async () => {
  for (const jobs of open) await jobs.close()
  open = []
  await rm(dir, { recursive: true })
})

/** An app and a solver that is a fake, on jobs in `dir`. */
function appOn(options: Partial<LocalJobsOptions> = {}, limits: Partial<Limits> = {}) {
  const solver = fakeSolver()
  const solvers = new Map([['sudoku', async () => solver]])
  const jobs = openLocalJobs({ dir, solvers, log: () => {}, secondMs: 1, ...options })
  open.push(jobs)
  const { app, lines, inFlight } = fakeApp({
    solvers,
    jobs: () => jobs.platform,
    limits: { chunkBoards: 2, ...limits },
  })
  const begin = async (boards: string[], query = 'task=sudoku&maxSteps=8') => {
    const body = boards.map((board) => `${JSON.stringify(board)}\n`).join('')
    const headers = { 'Content-Type': 'application/jsonl' }
    const response = await app.request(`/v1/jobs?${query}`, { method: 'POST', headers, body })
    expect(response.status).toBe(202)
    return ((await response.json()) as JobStatus).id
  }
  const statusOf = async (id: string) => (await (await app.request(`/v1/jobs/${id}`)).json()) as JobStatus
  const ended = async (id: string) => {
    await expect.poll(async () => (await statusOf(id)).state, { timeout: 10_000 }).toBe('done')
    return statusOf(id)
  }
  const resultsOf = async (id: string) => {
    const text = await (await app.request(`/v1/jobs/${id}/results`)).text()
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as JobResult)
  }
  return { app, lines, inFlight, solver, jobs, begin, statusOf, ended, resultsOf }
}

const FIVE = [BOARD, HARD, BOARD, BOARD, HARD]

test('solves jobs one after the other, each in the order of its boards', async () => {
  const { begin, ended, resultsOf } = appOn()
  const ids = [await begin(FIVE), await begin([BOARD])]
  expect(await ended(ids[1])).toMatchObject({ boards: 1, solved: 1 })
  expect(await ended(ids[0])).toMatchObject({ boards: 5, solved: 3, unsolved: 2, failed: 0, steps: 3 * 3 + 2 * 8 })
  expect((await resultsOf(ids[0])).map(({ index, board, solution }) => [index, board, solution])).toEqual(
    FIVE.map((board, i) => [i, board, board === BOARD ? SOLUTION : null]),
  )
})

test('a job goes on after a restart, without what was done already', async () => {
  const first = appOn()
  let solves = 0
  const { pause } = first.solver
  const gate = Promise.withResolvers<void>()
  first.solver.pause = () => (++solves > 6 ? gate.promise : pause()) // hangs within the second chunk
  const id = await first.begin([BOARD, BOARD, BOARD, BOARD, BOARD])
  await expect.poll(async () => (await first.statusOf(id)).solved, { timeout: 10_000 }).toBe(2)
  first.solver.failure = new HrmError('disposed', 'the solver was disposed of')
  gate.resolve()
  await first.jobs.close()

  const second = appOn()
  expect(await second.ended(id)).toMatchObject({ solved: 5, failed: 0 })
  expect(second.solver.computed).toBe(3 * 3)
  expect((await second.resultsOf(id)).map(({ solution }) => solution)).toEqual(new Array(5).fill(SOLUTION))
})

test('jobs go on in the order in which they began, past a ledger that cannot be read', async () => {
  const first = appOn()
  first.jobs.stop()
  const ids: string[] = []
  for (let i = 0; i < 4; i++) ids.push(await first.begin([BOARD]))
  await first.jobs.close()
  const oldestFirst = ids.sort().reverse() // a folder may list its files by their names
  for (const [i, id] of oldestFirst.entries()) {
    const db = new (sqlite().DatabaseSync)(join(dir, 'ledgers', `${id}.sqlite`))
    db.prepare('UPDATE job SET created_at = created_at + ?').run(1000 * i)
    db.close()
  }
  writeFileSync(join(dir, 'ledgers', `${oldestFirst[1]}.sqlite`), NOISE)

  const solved: string[] = []
  const second = appOn({
    log: ({ event, id }) => {
      if (event === 'solve') solved.push(id.split('/')[0])
    },
  })
  await second.ended(oldestFirst[3])
  expect(solved).toEqual([oldestFirst[0], oldestFirst[2], oldestFirst[3]])
})

test('the folder is let go of once the chunk in hand is done, and none is begun after it', async () => {
  const { solver, jobs, begin, statusOf } = appOn()
  const [begun, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  solver.pause = () => {
    begun.resolve()
    return gate.promise
  }
  const id = await begin(FIVE)
  await begun.promise
  const closed = jobs.close()
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(() => lockFolder(dir)).toThrow('is used by another process')
  gate.resolve()
  await closed
  lockFolder(dir)()
  expect(await statusOf(id)).toMatchObject({ state: 'running', solved: 1, unsolved: 1 })
})

test('a last try that ends because the process does is no failure', async () => {
  const first = appOn({ secondMs: 0 })
  let tries = 0
  const begun = Promise.withResolvers<void>()
  const gate = Promise.withResolvers<never>()
  first.solver.solveBatch = () => {
    if (++tries < 7) return Promise.reject(new HrmError('engine_failed', 'trap'))
    begun.resolve()
    return gate.promise
  }
  const id = await first.begin([BOARD])
  await begun.promise
  const closed = first.jobs.close()
  gate.reject(new HrmError('disposed', 'the solver was disposed of'))
  await closed
  expect(await first.statusOf(id)).toMatchObject({ state: 'running', failed: 0 })
})

test('a chunk that fails seven times is failed, with its reason, and the others are solved', async () => {
  const { solver, begin, ended, resultsOf } = appOn()
  let tries = 0
  const { solveBatch } = solver
  Object.assign(solver, {
    solveBatch(boards: readonly string[], options: object) {
      if (!boards.includes(HARD)) return solveBatch(boards, options)
      tries++
      return Promise.reject(new HrmError('engine_failed', 'trap at 0x12'))
    },
  })
  const id = await begin([BOARD, HARD, BOARD, BOARD])
  const done = await ended(id)
  expect(tries).toBe(7)
  expect(done).toMatchObject({ solved: 2, failed: 2, failures: [{ first: 0, boards: 2, code: 'engine_failed' }] })
  expect(JSON.stringify(done)).not.toContain('0x12')
  expect((await resultsOf(id)).map(({ status, board }) => [status, board])).toEqual([
    ['failed', BOARD],
    ['failed', HARD],
    ['solved', BOARD],
    ['solved', BOARD],
  ])
})

test('a cancelled job leaves no files, an expired one nothing', async () => {
  const { app, solver, jobs, begin, statusOf } = appOn()
  const gate = Promise.withResolvers<void>()
  solver.pause = () => gate.promise
  const id = await begin(FIVE)
  expect((await app.request(`/v1/jobs/${id}`, { method: 'DELETE' })).status).toBe(200)
  expect(await statusOf(id)).toMatchObject({ state: 'cancelled' })
  expect(await readdir(join(dir, 'jobs'))).toEqual([])
  expect((await problemOf(await app.request(`/v1/jobs/${id}/results`))).code).toBe('job_gone')

  gate.resolve()
  await jobs.close()
  const later = appOn({ times: { ...JOB_TIMES, keep: 0 } })
  await expect.poll(async () => (await later.app.request(`/v1/jobs/${id}`)).status, { timeout: 10_000 }).toBe(404)
  expect(existsSync(join(dir, 'ledgers', `${id}.sqlite`))).toBe(false)
})

test.each(['.', './', 'sub/..'])('a folder named %j, before its process goes elsewhere', async (name) => {
  const before = process.cwd()
  process.chdir(dir)
  let on: ReturnType<typeof appOn>
  try {
    on = appOn({ dir: name })
  } finally {
    process.chdir(before)
  }
  const id = await on.begin([BOARD])
  await on.ended(id)
  await on.app.request(`/v1/jobs/${id}`, { method: 'DELETE' })
  expect(await readdir(join(dir, 'jobs'))).toEqual([])
})

test('results that vanish while they are read break the stream off, and no board counts as failed', async () => {
  const { app, lines, begin, ended } = appOn({}, { chunkBoards: 1 })
  const boards = new Array<string>(20).fill(BOARD)
  const id = await begin(boards)
  await ended(id)
  const reader = (await app.request(`/v1/jobs/${id}/results`)).body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = (await reader.read()).value!
  await app.request(`/v1/jobs/${id}`, { method: 'DELETE' })
  const rest = async () => {
    for (let next = await reader.read(); !next.done; next = await reader.read()) text += next.value
  }
  await expect(rest()).rejects.toThrow('not stored any more')
  expect(text).not.toContain('failed')
  expect(lines).toContainEqual(expect.objectContaining({ event: 'error', code: 'job_gone' }))
})

test('a refused file leaves nothing', async () => {
  const { app } = appOn()
  const body = `question\n${BOARD}\n12\n`
  const refused = await app.request('/v1/jobs?task=sudoku', {
    method: 'POST',
    headers: { 'Content-Type': 'text/csv' },
    body,
  })
  expect(await problemOf(refused)).toMatchObject({ code: 'board_length', line: 3 })
  const left = await readdir(dir, { recursive: true, withFileTypes: true })
  expect(left.filter((entry) => entry.isFile() && !entry.name.startsWith('lock.'))).toEqual([])
})

/** Begins to send a file, and leaves it to be ended. */
function upload({ app }: Pick<ReturnType<typeof appOn>, 'app'>, from: Record<string, string> = {}) {
  let end = () => {}
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(`${JSON.stringify(BOARD)}\n`))
      end = () => controller.close()
    },
  })
  const init = { method: 'POST', headers: { 'Content-Type': 'application/jsonl', ...from }, body, duplex: 'half' }
  return { response: Promise.resolve(app.request('/v1/jobs?task=sudoku', init)), end }
}

test('one caller has half of the places for files at most, the rest is for others', async () => {
  const on = appOn({}, { maxUploads: 3 })
  const one = { 'CF-Connecting-IP': '192.0.2.1' }
  const other = { 'CF-Connecting-IP': '192.0.2.2' }
  const uploads = [upload(on, one), upload(on, one)]
  await on.inFlight(2, 'uploads')
  const refused = await upload(on, one).response
  expect(await problemOf(refused)).toMatchObject({
    code: 'overloaded',
    detail: expect.stringContaining('of one caller'),
  })
  uploads.push(upload(on, other))
  for (const { end } of uploads) end()
  for (const { response } of uploads) expect((await response).status).toBe(202)
  const again = upload(on, one)
  again.end()
  expect((await again.response).status).toBe(202)
})

test('no more files at once than there are places, and a place comes back', async () => {
  const { app, begin, inFlight } = appOn()
  const uploads = Array.from({ length: 4 }, () => upload({ app }))
  await inFlight(4, 'uploads')
  const refused = await app.request('/v1/jobs?task=sudoku', { method: 'POST', headers: { 'Content-Type': 'text/csv' } })
  expect(refused.headers.get('Retry-After')).toBe('1')
  expect(await problemOf(refused)).toMatchObject({ status: 503, detail: expect.stringContaining('4 uploads') })
  for (const { end } of uploads) end()
  for (const { response } of uploads) expect((await response).status).toBe(202)
  await begin([BOARD])
})

test('a file that comes too slowly is refused and its place is free, one that keeps the pace is taken in', async () => {
  const { app } = appOn({}, { uploadPace: { bytesPerSecond: 1000, patienceMs: 500, totalMs: 60_000 } })
  const row = new TextEncoder().encode(`${JSON.stringify(BOARD)}\n`)
  const much = new TextEncoder().encode(`${JSON.stringify(BOARD)}\n`.repeat(20))
  const begin = () => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
    const init = { method: 'POST', headers: { 'Content-Type': 'application/jsonl' }, body: readable, duplex: 'half' }
    const response = Promise.resolve(app.request('/v1/jobs?task=sudoku', init))
    return { response, writer: writable.getWriter() }
  }
  const [fast, still, ...slow] = Array.from({ length: 4 }, begin)
  const drip = setInterval(() => {
    for (const { writer } of slow) writer.write(row.subarray(0, 1)).catch(() => {})
  }, 50)
  // far more than the pace, which it would fall behind else where a busy machine lets it write late
  const pour = setInterval(() => fast.writer.write(much), 40)
  try {
    for (const { response } of [still, ...slow]) {
      expect(await problemOf(await response)).toMatchObject({ status: 408, code: 'request_timeout' })
    }
    const late = begin()
    await late.writer.write(row)
    await late.writer.close()
    expect((await late.response).status).toBe(202)
  } finally {
    clearInterval(drip)
    clearInterval(pour)
  }
  await fast.writer.close()
  expect((await fast.response).status).toBe(202)
  const left = (await readdir(join(dir, 'jobs'))).length
  expect(left).toBe(2)
})

const NOISE = new Uint8Array(8192).map((_, i) => (i * 7919) % 251)

test('a ledger that cannot be read costs its own job and no other, at the start, meanwhile, and in sweeps', async () => {
  const first = appOn()
  const stuck = await first.begin([BOARD])
  await first.ended(stuck)
  await first.jobs.close()
  const ledger = (id: string) => join(dir, 'ledgers', `${id}.sqlite`)
  writeFileSync(ledger(stuck), NOISE)

  const logged: (SolveLog | ErrorLog)[] = []
  const { app, solver, begin, ended } = appOn({ log: (line) => logged.push(line), sweepMs: 20 })
  const errorsOf = (id: string) => logged.filter((line) => line.event === 'error' && line.id === `job ${id}`)
  await ended(await begin([BOARD]))
  await expect.poll(() => errorsOf(stuck).length).toBeGreaterThan(3)
  expect(errorsOf(stuck)[0]).toMatchObject({ message: `the ledger ${ledger(stuck)} failed: file is not a database` })
  expect(await problemOf(await app.request(`/v1/jobs/${stuck}`))).toMatchObject({ status: 500, code: 'internal_error' })

  // one that fails for a while is finished
  const { pause } = solver
  const gate = Promise.withResolvers<void>()
  solver.pause = () => gate.promise
  const paused = await begin(FIVE)
  const whole = readFileSync(ledger(paused)) // at once, as every transaction is
  writeFileSync(ledger(paused), NOISE)
  solver.pause = pause
  gate.resolve()
  await ended(await begin([BOARD]))
  await expect.poll(() => errorsOf(paused).length).toBeGreaterThan(0)
  writeFileSync(ledger(paused), whole)
  expect(await ended(paused)).toMatchObject({ solved: 3, unsolved: 2, failed: 0 })
})

test('a ledger that can never be read keeps one timer, however often it is found', async () => {
  const jobs = appOn().jobs // makes the folder
  await jobs.close()
  writeFileSync(join(dir, 'ledgers', `${crypto.randomUUID()}.sqlite`), NOISE)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
  try {
    appOn({ sweepMs: 20 })
    await vi.advanceTimersByTimeAsync(1000)
    expect(vi.getTimerCount()).toBe(2) // the sweep's, and its own
  } finally {
    vi.useRealTimers()
  }
})

test('a folder that cannot be one is bad usage', async () => {
  await writeFile(join(dir, 'file'), '')
  expect(() => appOn({ dir: join(dir, 'file') })).toThrow(expect.objectContaining({ code: 'usage' }))
})

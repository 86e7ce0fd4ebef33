// What at-least-once delivery, consumers that die and jobs that are cancelled do to a job, in workerd.
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { createSolver } from '../../src/index.ts'
import { JobObject } from '../../worker/jobs/job-object.ts'
import { createLedger, JOB_TIMES } from '../../worker/jobs/ledger-sql.ts'
import {
  boardsKey,
  type ChunkMessage,
  type JobLedger,
  type JobPlatform,
  resultsKey,
} from '../../worker/jobs/platform.ts'
import {
  deliver,
  easyBoard,
  easySolution,
  fetchPath,
  keysOf,
  platform,
  quietJob,
  resultsOf,
  statusOf,
} from './job-support.ts'

/** The platform with one call of its ledger replaced. */
const withLedger = (change: Partial<JobLedger>): JobPlatform => ({
  ...platform,
  ledger(job) {
    const real = platform.ledger(job)
    return new Proxy(real, { get: (_, name) => Reflect.get(change, name) ?? Reflect.get(real, name) })
  },
})

/** From when a job's patience counts: its test comes to look at it later, on a busy machine much later. */
const beginningOf = (ledger: ReturnType<typeof createLedger>) => Date.parse(ledger.status()!.createdAt)

test('a chunk that is delivered twice counts once, and is stored once', async () => {
  const { id, ledger } = await quietJob(2)
  const message = { job: id, chunk: 0 }
  expect(await deliver(message)).toEqual({ acked: true, retried: undefined })
  const stored = await (await platform.files.get(resultsKey(id, 0)))!.text()
  const once = await statusOf(id)
  expect(once).toMatchObject({ state: 'running', solved: 1, unsolved: 0 })
  expect(await deliver(message)).toMatchObject({ acked: true })
  await ledger.complete(0, { solved: 1, steps: 99, attempts: 1 })
  expect(await statusOf(id)).toEqual(once)
  expect(await (await platform.files.get(resultsKey(id, 0)))!.text()).toBe(stored)
})

test('two consumers of one chunk at the same time store the same', async () => {
  const { id } = await quietJob(1)
  await Promise.all([deliver({ job: id, chunk: 0 }), deliver({ job: id, chunk: 0 })])
  expect(await statusOf(id)).toMatchObject({ state: 'done', solved: 1 })
  expect((await resultsOf(id)).map(({ solution }) => solution)).toEqual([easySolution(0)])
})

test.each<[string, (id: string) => JobPlatform]>([
  ['before it reads the boards', () => ({ ...platform, files: { ...platform.files, get: async () => null } })],
  [
    'before its results are stored',
    () => ({
      ...platform,
      files: Object.assign(Object.create(platform.files), {
        get: platform.files.get.bind(platform.files),
        put: () => Promise.reject(new Error('no storage')),
      }),
    }),
  ],
  ['before the ledger knows', () => withLedger({ complete: () => Promise.reject(new Error('no ledger')) })],
  [
    'before the ledger knows, and cannot say why',
    () =>
      withLedger({ complete: () => Promise.reject(new Error('gone')), note: () => Promise.reject(new Error('gone')) }),
  ],
])('a consumer that fails %s loses nothing', async (_, broken) => {
  const { id } = await quietJob(1)
  const message = { job: id, chunk: 0 }
  expect(await deliver(message, { on: broken(id), attempts: 3 })).toEqual({
    acked: false,
    retried: { msgId: 'm' },
  })
  expect(await statusOf(id)).toMatchObject({ state: 'running', solved: 0, failed: 0 })
  expect(await deliver(message)).toMatchObject({ acked: true })
  expect(await statusOf(id)).toMatchObject({ state: 'done', solved: 1, failures: [] })
  expect((await resultsOf(id))[0].solution).toBe(easySolution(0))
})

test('a chunk that no try can solve ends on the dead-letter queue, with its reason', async () => {
  const { id, ledger } = await quietJob(3)
  const stored = (await (await platform.files.get(boardsKey(id)))!.text()).split('\n')
  await platform.files.put(boardsKey(id), [stored[0], 'x'.repeat(83), stored[2], ''].join('\n'))
  for (const chunk of [0, 1, 2]) await deliver({ job: id, chunk })
  expect(await statusOf(id)).toMatchObject({ state: 'running', solved: 2 })
  expect(await deliver({ job: id, chunk: 1 }, { queue: 'hrm-edge-jobs-dead' })).toMatchObject({ acked: true })
  const done = await statusOf(id)
  const reason = { first: 1, boards: 1, code: 'internal_error', detail: 'The request could not be handled.' }
  expect(done).toMatchObject({ state: 'done', boards: 3, solved: 2, failed: 1, failures: [reason] })
  // what comes late changes nothing
  await ledger.complete(1, { solved: 1, steps: 1, attempts: 1 })
  await deliver({ job: id, chunk: 0 }, { queue: 'hrm-edge-jobs-dead' })
  expect(await statusOf(id)).toEqual(done)
  const results = await resultsOf(id)
  expect(results.map(({ status }) => status)).toEqual(['solved', 'failed', 'solved'])
  expect(results[1]).toMatchObject({ index: 1, solution: null, verified: false })
})

test('the queue itself takes a chunk to the dead-letter queue once its tries are used up', async () => {
  const { id } = await quietJob(2)
  const stored = (await (await platform.files.get(boardsKey(id)))!.text()).split('\n')
  await platform.files.put(boardsKey(id), ['x'.repeat(83), stored[1], ''].join('\n'))
  const { JOB_QUEUE } = env as { JOB_QUEUE: { send(message: ChunkMessage): Promise<void> } }
  await JOB_QUEUE.send({ job: id, chunk: 0 })
  await JOB_QUEUE.send({ job: id, chunk: 1 })
  await expect.poll(() => statusOf(id), { timeout: 60_000, interval: 250 }).toMatchObject({ state: 'done' })
  const reason = { first: 0, boards: 1, code: 'internal_error', detail: 'The request could not be handled.' }
  expect(await statusOf(id)).toMatchObject({ solved: 1, failed: 1, failures: [reason] })
})

test('a consumer that was killed each time leaves a reason too', async () => {
  const { id } = await quietJob(1)
  await deliver({ job: id, chunk: 0 }, { queue: 'hrm-edge-jobs-dead' })
  const { failures } = await statusOf(id)
  expect(failures[0].detail).toContain('CPU time or memory')
  expect(await resultsOf(id)).toMatchObject([{ status: 'failed' }])
})

test('a chunk that finds the core busy until its time is over is sent anew, which counts as no try', async () => {
  const { id } = await quietJob(1)
  const message = { job: id, chunk: 0 }
  const solver = await createSolver({ task: 'sudoku' })
  const solvers = new Map([['sudoku', async () => solver]])
  const others = Array.from({ length: 8 }, () => solver.steps(easyBoard(0)))
  for (const steps of others) await steps.next() // each holds a slot of the engine
  const before = await statusOf(id)
  const resent: ChunkMessage[] = []
  const lines: unknown[] = []
  const deadline = { ms: 100, resend: async (again: ChunkMessage) => resent.push(again) }
  const log = (line: unknown) => lines.push(line)
  expect(await deliver(message, { solvers, log, deadline, attempts: 7 })).toEqual({ acked: true, retried: undefined })
  expect(resent).toEqual([message])
  expect(lines).toMatchObject([{ event: 'solve', id: `${id}/0`, outcome: 'overloaded' }])
  expect(await statusOf(id)).toEqual(before)

  for (const steps of others) await steps.return(undefined as never)
  await deliver(resent[0], { solvers, deadline: { ...deadline, ms: 60_000 } })
  expect(await statusOf(id)).toMatchObject({ state: 'done', solved: 1, failed: 0 })
  expect(resent).toHaveLength(1)
  solver.dispose()
})

test('messages that are none of ours are dropped', async () => {
  for (const body of [null, 'x', { job: 5 }, { job: 'x', chunk: -1 }]) {
    expect(await deliver(body)).toMatchObject({ acked: true })
    expect(await deliver(body, { queue: 'hrm-edge-jobs-dead' })).toMatchObject({ acked: true })
  }
  expect(await deliver({ job: crypto.randomUUID(), chunk: 0 })).toMatchObject({ acked: true })
})

test('a cancelled job is solved no further, and its files go', async () => {
  const { id, ledger } = await quietJob(2)
  await deliver({ job: id, chunk: 0 })
  const cancel = () => fetchPath(`/v1/jobs/${id}`, { method: 'DELETE' })
  const cancelled = await (await cancel()).json()
  expect(cancelled).toMatchObject({ state: 'cancelled', solved: 1, endedAt: expect.any(String) })
  expect(await (await cancel()).json()).toEqual(cancelled)
  await expect.poll(() => keysOf(`jobs/${id}/`), { timeout: 60_000 }).toEqual([])
  expect(await ledger.claim(1)).toBeUndefined()
  const results = await fetchPath(`/v1/jobs/${id}/results`)
  expect(results.status).toBe(410)
  expect(await results.json()).toMatchObject({ code: 'job_gone' })
})

test('a job that is cancelled while its chunks are queued keeps no files, and is looked at again when it expires', async () => {
  const { id, ledger } = await quietJob(2)
  await runInDurableObject(ledger, async (_, context) => {
    const JOB_QUEUE = {
      async sendBatch() {
        await object.cancel()
      },
    }
    const object = new JobObject(context, { JOB_FILES: platform.files, JOB_QUEUE })
    await context.storage.deleteAlarm()
    await object.alarm()
  })
  await expect.poll(() => keysOf(`jobs/${id}/`), { timeout: 60_000 }).toEqual([])
  const { expiresAt } = await statusOf(id)
  const alarm = () => runInDurableObject(ledger, (_, { storage }) => storage.getAlarm())
  await expect.poll(alarm).toBe(Date.parse(expiresAt))
})

test('a job whose chunks are queued is looked at again when it would stall', async () => {
  const { ledger } = await quietJob(2)
  await runInDurableObject(ledger, async (_, { storage }) => {
    await storage.setAlarm(Date.now() + 60_000)
  })
  expect(await runDurableObjectAlarm(ledger)).toBe(true)
  const alarm = await runInDurableObject(ledger, (_, { storage }) => storage.getAlarm())
  expect(alarm).toBeGreaterThan(Date.now() + JOB_TIMES.stall / 2)
})

test('a consumer that was at work while the job was cancelled takes its results away', async () => {
  const { id, ledger } = await quietJob(1)
  const slow = withLedger({
    async complete(chunk, totals) {
      await ledger.cancel()
      await expect.poll(() => keysOf(`jobs/${id}/`)).toEqual([])
      await platform.files.put(resultsKey(id, chunk), 'as if it had just been stored')
      return ledger.complete(chunk, totals)
    },
  })
  await deliver({ job: id, chunk: 0 }, { on: slow })
  expect(await keysOf(`jobs/${id}/`)).toEqual([])
  expect(await statusOf(id)).toMatchObject({ state: 'cancelled', solved: 0 })
})

test('results are refused until the job has ended', async () => {
  const { id } = await quietJob(1)
  const early = await fetchPath(`/v1/jobs/${id}/results`)
  expect(early.status).toBe(409)
  expect(early.headers.get('Retry-After')).toBe('5')
  expect(await early.json()).toMatchObject({ code: 'job_unfinished' })
})

test('chunks whose messages were lost are sent once more, and given up in the end', async () => {
  const { id, ledger } = await quietJob(3)
  await runInDurableObject(ledger, (_, { storage }) => {
    let time = 0
    const clocked = createLedger(storage.sql, { keep: 1000, stall: 100, patience: 500 }, () => time)
    const start = beginningOf(clocked)
    time = start
    clocked.markSent([0, 1, 2])
    clocked.complete(1, { solved: 1, steps: 1, attempts: 1 })
    expect(clocked.nextLook()).toBe(start + 100)
    expect(clocked.due()).toBe('nothing')
    expect(clocked.waiting(10)).toEqual([])
    time += 100
    expect(clocked.due()).toBe('nothing')
    expect(clocked.waiting(10)).toEqual([0, 2])
    expect(clocked.waiting(1)).toEqual([0])
    clocked.markSent([0, 2])
    expect(clocked.nextLook()).toBe(start + 200)
    time = start + 500
    clocked.due()
    expect(clocked.status()).toMatchObject({ state: 'done', solved: 1, failed: 2 })
    expect(clocked.status()!.failures[0].detail).toBe('The job ran out of time.')
    expect(clocked.nextLook()).toBe(time + 1000)
    time += 999
    expect(clocked.due()).toBe('nothing')
    time += 1
    expect(clocked.due()).toBe('delete all')
  })
  expect((await statusOf(id)).state).toBe('done')
})

test('a chunk that was tried in vain is not taken for lost', async () => {
  const { ledger } = await quietJob(1)
  await runInDurableObject(ledger, (_, { storage }) => {
    let time = 0
    const clocked = createLedger(storage.sql, { keep: 1000, stall: 100, patience: 500 }, () => time)
    const start = beginningOf(clocked)
    time = start
    clocked.markSent([0])
    time = start + 99
    clocked.note(0, { code: 'overloaded', detail: '' })
    time = start + 198
    clocked.due()
    expect(clocked.waiting(10)).toEqual([])
    time = start + 199
    clocked.due()
    expect(clocked.waiting(10)).toEqual([0])
  })
})

test('a job that has expired is gone, with its files', async () => {
  const { id, ledger } = await quietJob(1)
  await deliver({ job: id, chunk: 0 })
  await runInDurableObject(ledger, async (_, { storage }) => {
    storage.sql.exec('UPDATE job SET ended_at = 0')
    await storage.setAlarm(Date.now() + 60_000)
  })
  expect(await runDurableObjectAlarm(ledger)).toBe(true)
  expect(await keysOf(`jobs/${id}/`)).toEqual([])
  expect((await fetchPath(`/v1/jobs/${id}`)).status).toBe(404)
})

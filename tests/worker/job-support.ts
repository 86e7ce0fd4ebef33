// What the tests of bulk jobs in workerd share.
import { createExecutionContext, createMessageBatch, getQueueResult, runInDurableObject } from 'cloudflare:test'
import { env, exports } from 'cloudflare:workers'
import { expect } from 'vitest'
import { createSolver } from '../../src/index.ts'
import { type ConsumerOptions, consume } from '../../worker/jobs/consumer.ts'
import { createLedger, JOB_TIMES } from '../../worker/jobs/ledger-sql.ts'
import { boardsKey, type JobFiles, type JobLedger, type JobPlatform } from '../../worker/jobs/platform.ts'
import type { JobResult, JobStatus } from '../../worker/jobs/schemas.ts'
import { lazySolver } from '../../worker/service.ts'
import { EASY, EASY_SOLUTION } from './boards.ts'

interface Bindings {
  JOB_FILES: JobFiles
  JOB_LEDGERS: { getByName(name: string): JobLedger }
}

export const platform: JobPlatform = {
  files: (env as Bindings).JOB_FILES,
  ledger: (job) => (env as Bindings).JOB_LEDGERS.getByName(job),
}

export const fetchPath = (path: string, init?: RequestInit) => exports.default.fetch(`http://localhost${path}`, init)

export const submit = (body: BodyInit, { type = 'application/jsonl', query = 'task=sudoku&maxSteps=16' } = {}) =>
  fetchPath(`/v1/jobs?${query}`, { method: 'POST', headers: { 'Content-Type': type }, body })

export const jsonl = (boards: readonly string[]) => boards.map((board) => `${JSON.stringify(board)}\n`).join('')

/** Another board of the same difficulty for each of 0 to 8: its digits moved on. */
const moveOn = (board: string, by: number) =>
  board.replace(/\d/g, (digit) => String(((Number(digit) - 1 + by) % 9) + 1))
export const easyBoard = (i: number) => moveOn(EASY, i % 9)
export const easySolution = (i: number) => moveOn(EASY_SOLUTION, i % 9)

export async function begin(...input: Parameters<typeof submit>): Promise<JobStatus> {
  const response = await submit(...input)
  expect(response.status).toBe(202)
  return (await response.json()) as JobStatus
}

export const statusOf = async (id: string) => (await (await fetchPath(`/v1/jobs/${id}`)).json()) as JobStatus

export async function ended(id: string): Promise<JobStatus> {
  await expect.poll(async () => (await statusOf(id)).state, { timeout: 30_000, interval: 100 }).not.toBe('running')
  return statusOf(id)
}

export async function resultsOf(id: string): Promise<JobResult[]> {
  const response = await fetchPath(`/v1/jobs/${id}/results`)
  // workerd warns of `text()` where the type does not begin with text/
  return new TextDecoder()
    .decode(await response.arrayBuffer())
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as JobResult)
}

export async function keysOf(prefix: string): Promise<string[]> {
  return (await platform.files.list({ prefix })).objects.map(({ key }) => key)
}

/** A job that no queue knows of, so that a test can deliver its chunks as it likes: `chunks` of one board each. */
export async function quietJob(chunks: number): Promise<{ id: string; ledger: JobLedger }> {
  const id = crypto.randomUUID()
  const ledger = platform.ledger(id)
  const lines = Array.from({ length: chunks }, (_, i) => `${JSON.stringify(easyBoard(i))}\n`)
  await platform.files.put(boardsKey(id), lines.join(''))
  const ranges = lines.map(({ length }, i) => ({ offset: i * length, length, boards: 1 }))
  const job = { id, task: 'sudoku', model: 'sudoku-d64-full', maxSteps: 16, seed: 0, chunks: ranges }
  // not by its `create`, which would have it sent
  await runInDurableObject(ledger, (_, { storage }) => createLedger(storage.sql, JOB_TIMES).create(job))
  return { id, ledger }
}

const solvers = new Map([['sudoku', lazySolver(() => createSolver({ task: 'sudoku' }))]])

/** Delivers a message to a consumer on `on`, and tells what became of it. */
export async function deliver(
  body: unknown,
  {
    queue = 'hrm-edge-jobs',
    attempts = 1,
    on = platform,
    ...options
  }: { queue?: string; attempts?: number; on?: JobPlatform } & Partial<ConsumerOptions> = {},
) {
  const batch = createMessageBatch(queue, [{ id: 'm', timestamp: Date.now(), attempts, body }])
  const context = createExecutionContext()
  await consume(batch, on, { solvers, log: () => {}, ...options })
  const { explicitAcks, retryMessages } = await getQueueResult(batch, context)
  return { acked: explicitAcks.length === 1, retried: retryMessages[0] }
}

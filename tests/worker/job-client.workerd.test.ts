// The typed client's jobs, against the Worker in workerd.
import { exports } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { createClient, type Job } from '../../src/client/index.ts'
import { CONFLICT, EASY } from './boards.ts'
import { easyBoard, easySolution, quietJob } from './job-support.ts'

const client = createClient('http://localhost', { fetch: (url, init) => exports.default.fetch(String(url), init) })

test('boards go in, results come out', async () => {
  const boards = Array.from({ length: 12 }, (_, i) => easyBoard(i))
  const job = await client.submitJob('sudoku', boards, { maxSteps: 1024, seed: 1 })
  expect(job).toMatchObject({ state: 'running', boards: 12, maxSteps: 1024, seed: 1 })
  const seen: Job[] = []
  const done = await client.waitForJob(job.id, { intervalMs: 50, onProgress: (now) => seen.push(now) })
  expect(done).toMatchObject({ state: 'done', solved: 12 })
  expect(seen.at(-1)).toEqual(done)
  expect(seen.map(({ solved }) => solved)).toEqual(seen.map(({ solved }) => solved).sort((a, b) => a - b))
  const solutions: (string | null)[] = []
  for await (const { index, solution } of client.jobResults(job.id)) solutions[index] = solution
  expect(solutions).toEqual(boards.map((_, i) => easySolution(i)))
})

test.each([
  ['a CSV as text', { csv: `question\n${EASY}\n` }],
  ['a blob', { csv: new Blob([`question\n${EASY}\n`]) }],
  ['a stream', { jsonl: new Blob([JSON.stringify(EASY)]).stream() }],
])('takes %s', async (_, boards) => {
  const { id } = await client.submitJob('sudoku', boards)
  await client.waitForJob(id, { intervalMs: 50 })
  const results = client.jobResults(id)
  expect((await results.next()).value).toMatchObject({ index: 0, board: EASY, status: 'solved' })
  await results.return()
})

test('tells what is wrong, and where', async () => {
  await expect(client.submitJob('sudoku', [EASY, CONFLICT])).rejects.toMatchObject({
    code: 'board_conflict',
    problem: { line: 2, cells: [{ index: 0 }, { index: 2 }] },
  })
  await expect(client.job('../models')).rejects.toMatchObject({ problem: { code: 'job_unknown' }, status: 404 })
  const { id } = await quietJob(1)
  await expect(client.jobResults(id).next()).rejects.toMatchObject({
    problem: { code: 'job_unfinished' },
    retryAfter: 5,
  })
})

test('waiting can be left without ending the job', async () => {
  const { id } = await quietJob(1)
  const leave = new AbortController()
  const waiting = client.waitForJob(id, { signal: leave.signal, intervalMs: 60_000, onProgress: () => leave.abort() })
  await expect(waiting).rejects.toMatchObject({ code: 'aborted' })
  expect(await client.job(id)).toMatchObject({ state: 'running' })
  expect(await client.cancelJob(id)).toMatchObject({ state: 'cancelled' })
  expect(await client.waitForJob(id)).toMatchObject({ state: 'cancelled' })
})

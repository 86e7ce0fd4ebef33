// A job whose workerd is killed while its chunks are solved. The emulated queue lives in memory and dies too, which
// the real one does not: so this shows that the ledger alone, in storage, brings a job to its end.
import { afterEach, expect, test } from 'vitest'
import type { JobResult, JobStatus } from '../../worker/jobs/schemas.ts'
import { HARD, isSolutionOf } from './boards.ts'
import { removeStorage, startWranglerDev, storageDir, type WranglerDev } from './wrangler-dev.ts'

let running: WranglerDev | undefined
let dir: string | undefined
afterEach(async () => {
  await running?.kill()
  if (dir) await removeStorage(dir)
})

const get = async (path: string) => await fetch(new URL(path, running!.url))
const statusOf = async (id: string) => (await (await get(`/v1/jobs/${id}`)).json()) as JobStatus
const settled = ({ solved, unsolved }: JobStatus) => solved + unsolved

test('a job outlives the death of everything that runs it', { timeout: 240_000 }, async () => {
  dir = await storageDir()
  running = await startWranglerDev(dir)
  // three boards a chunk, a step each: far more than are solved between two looks at it
  const count = 120
  const body = `${JSON.stringify(HARD)}\n`.repeat(count)
  const submitted = await fetch(new URL('/v1/jobs?task=sudoku&maxSteps=512', running.url), {
    method: 'POST',
    headers: { 'Content-Type': 'application/jsonl' },
    body,
  })
  const { id } = (await submitted.json()) as JobStatus
  let before: JobStatus | undefined
  await expect
    .poll(
      async () => {
        before = await statusOf(id)
        return settled(before)
      },
      { timeout: 60_000 },
    )
    .toBeGreaterThan(4)
  await running.kill()
  expect(before!.state).toBe('running')

  running = await startWranglerDev(dir, { JOB_TIMES: JSON.stringify({ stall: 1000 }) })
  expect(settled(await statusOf(id))).toBeGreaterThanOrEqual(settled(before!))
  await expect.poll(async () => (await statusOf(id)).state, { timeout: 120_000, interval: 250 }).toBe('done')
  const done = await statusOf(id)
  expect(done).toMatchObject({ boards: count, solved: count, unsolved: 0, failed: 0, failures: [] })
  const rows = (await (await get(`/v1/jobs/${id}/results`)).text())
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as JobResult)
  expect(rows.map(({ index }) => index)).toEqual(Array.from({ length: count }, (_, i) => i))
  expect(rows.every(({ solution }) => isSolutionOf(HARD, solution!))).toBe(true)
  expect(rows.reduce((sum, { steps }) => sum + steps, 0)).toBe(done.steps)
})

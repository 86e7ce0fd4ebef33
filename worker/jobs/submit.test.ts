import { expect, test } from 'vitest'
import { DEFAULT_LIMITS, type Limits } from '../limits.ts'
import { BOARD, fakeSolver } from '../test-support.ts'
import type { JobFormat } from './job-file.ts'
import type { JobFiles, JobPlatform, NewJob } from './platform.ts'
import { submitJob } from './submit.ts'

/** Submits rows that are made only when they are asked for, and counts what has come and what has been stored. */
function submission(count: number, board: string, limits: Partial<Limits> = {}) {
  return submitRows(count, `${JSON.stringify(board)}\n`, 'application/jsonl', limits)
}

function submitRows(count: number, text: string, format: JobFormat, limits: Partial<Limits> = {}) {
  const row = new TextEncoder().encode(text)
  const seen = { pulled: 0, stored: 0, mostHeld: 0, kept: [] as string[], jobs: [] as NewJob[] }
  let rows = 0
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (rows++ === count) return controller.close()
        controller.enqueue(row.slice())
        seen.pulled += row.byteLength
        seen.mostHeld = Math.max(seen.mostHeld, seen.pulled - seen.stored)
      },
    },
    { highWaterMark: 0 },
  )
  const store = async (data: string | Uint8Array) => {
    seen.stored += data.length
  }
  const files: Partial<JobFiles> = {
    async put(key, data) {
      await store(data)
      seen.kept.push(key)
    },
    async createMultipartUpload(key) {
      return {
        async uploadPart(partNumber, data) {
          await store(data)
          return { partNumber, etag: '' }
        },
        complete: async () => seen.kept.push(key),
        abort: async () => {},
      }
    },
  }
  const platform = {
    files,
    ledger: () => ({ create: async (job: NewJob) => seen.jobs.push(job) }),
  } as unknown as JobPlatform
  const solver = fakeSolver()
  const submitted = submitJob(
    platform,
    { ...DEFAULT_LIMITS, ...limits },
    { id: 'a', solver, maxSteps: 1, seed: 0, format, body },
  )
  return { submitted, seen }
}

test('a file is stored as it comes: never more than a part of it is held', async () => {
  const spacedOut = [...BOARD].join(' '.repeat(20)) // 1,681 characters, so that few make many bytes
  const { submitted, seen } = submission(8000, spacedOut)
  await submitted
  expect(seen.jobs[0].chunks.reduce((sum, { boards }) => sum + boards, 0)).toBe(8000)
  expect(seen.stored).toBe(seen.pulled)
  expect(seen.pulled).toBeGreaterThan(12 << 20)
  expect(seen.mostHeld).toBeLessThan(5.1 * (1 << 20))
})

test('a job has no more boards than its limit, and is refused once there is one more', async () => {
  const full = submission(3, BOARD, { maxJobBoards: 3 })
  await full.submitted
  expect(full.seen.jobs).toHaveLength(1)

  const over = submission(1000, BOARD, { maxJobBoards: 3, discard: { bytes: 0, ms: 0 } })
  await expect(over.submitted).rejects.toMatchObject({ code: 'data_invalid', extras: { line: 4 } })
  expect(over.seen.pulled).toBeLessThan(10 * (BOARD.length + 3))
  expect(over.seen.kept).toEqual([])
  expect(over.seen.jobs).toEqual([])
})

test.each([
  ['JSON Lines', 'application/jsonl', 1, (board: string) => `${JSON.stringify(board)}\n`],
  ['a CSV', 'text/csv', 2, (board: string) => `board\n"${board}"\n`],
] as const)(
  'control characters in a board are refused in %s, tabs and line ends are not',
  async (_, format, line, file) => {
    for (const control of ['\v', '\f', '\0', '\x7f']) {
      const { submitted, seen } = submitRows(1, file(BOARD + control.repeat(1000)), format)
      await expect(submitted).rejects.toMatchObject({ code: 'data_invalid', extras: { line } })
      expect([seen.stored, seen.jobs]).toEqual([0, []])
    }
    const { submitted, seen } = submitRows(1, file(`${BOARD}\t\r\n`), format)
    await submitted
    expect(seen.jobs).toHaveLength(1)
  },
)

test('a job may cost as many steps as there may be, though its boards cost fractions that do not sum up', async () => {
  const empty = '.'.repeat(36) // 6x6 costs 216/729, and 729 times that are 216.0000000000014
  const limits = { maxJobSteps: 216 }
  await submission(729, empty, limits).submitted
  await expect(submission(730, empty, limits).submitted).rejects.toThrow('may take over 216 ACT steps')
})

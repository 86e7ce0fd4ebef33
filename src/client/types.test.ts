import { expectTypeOf, test } from 'vitest'
import type { Client, Job, JobResult } from './index.ts'

test('what an answer says is known by its state or status', () => {
  const read = (job: Job, row: JobResult) => {
    if (job.state === 'running') expectTypeOf(job.endedAt).toEqualTypeOf<null>()
    else expectTypeOf(job.endedAt).toEqualTypeOf<string>()
    const { status, solution } = row
    if (status === 'solved') expectTypeOf(solution).toEqualTypeOf<string>()
    else expectTypeOf(solution).toEqualTypeOf<null>()
  }
  expectTypeOf(read).toBeFunction()
  expectTypeOf<Awaited<ReturnType<Client['waitForJob']>>['endedAt']>().toEqualTypeOf<string>()
})

test('boards of a job are a list or one file', () => {
  type Boards = Parameters<Client['submitJob']>[1]
  expectTypeOf<readonly string[]>().toExtend<Boards>()
  expectTypeOf<{ csv: string }>().toExtend<Boards>()
  expectTypeOf<{ jsonl: Blob }>().toExtend<Boards>()
  expectTypeOf<{ csv: string; jsonl: string }>().not.toExtend<Boards>()
})

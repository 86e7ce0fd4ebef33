// What the tests of jobs in a folder share.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect } from 'vitest'
import type { Limits } from '../../limits.ts'
import { BOARD, fakeApp, fakeSolver, HARD } from '../../test-support.ts'
import type { JobResult, JobStatus } from '../schemas.ts'
import { type LocalJobs, type LocalJobsOptions, openLocalJobs } from './local-jobs.ts'

export const FIVE = [BOARD, HARD, BOARD, BOARD, HARD]

let open: LocalJobs[] = []

/** A folder for each test. */
export function jobsFolder(): { readonly dir: string } {
  const folder = { dir: '' }
  beforeEach(async () => {
    folder.dir = await mkdtemp(join(tmpdir(), 'hrm-edge-jobs-'))
  })
  afterEach(async () => {
    for (const jobs of open) await jobs.close()
    open = []
    await rm(folder.dir, { recursive: true })
  })
  return folder
}

/** An app and a solver that is a fake, on jobs in `dir`, which are closed before the folder goes. */
export function appOn(dir: string, options: Partial<LocalJobsOptions> = {}, limits: Partial<Limits> = {}) {
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

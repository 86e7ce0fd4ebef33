import { existsSync } from 'node:fs'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { HrmError } from '../../../src/errors.ts'
import { BOARD, HARD, problemOf, SOLUTION } from '../../test-support.ts'
import { JOB_TIMES } from '../ledger-sql.ts'
import { lockFolder } from './folder-lock.ts'
import { appOn, FIVE, jobsFolder } from './local-jobs-test-support.ts'

const folder = jobsFolder()

test('solves jobs one after the other, each in the order of its boards', async () => {
  const { begin, ended, resultsOf } = appOn(folder.dir)
  const ids = [await begin(FIVE), await begin([BOARD])]
  expect(await ended(ids[1])).toMatchObject({ boards: 1, solved: 1 })
  expect(await ended(ids[0])).toMatchObject({ boards: 5, solved: 3, unsolved: 2, failed: 0, steps: 3 * 3 + 2 * 8 })
  expect((await resultsOf(ids[0])).map(({ index, board, solution }) => [index, board, solution])).toEqual(
    FIVE.map((board, i) => [i, board, board === BOARD ? SOLUTION : null]),
  )
})

test('a job goes on after a restart, without what was done already', async () => {
  const first = appOn(folder.dir)
  let solves = 0
  const { pause } = first.solver
  const gate = Promise.withResolvers<void>()
  first.solver.pause = () => (++solves > 6 ? gate.promise : pause()) // hangs within the second chunk
  const id = await first.begin([BOARD, BOARD, BOARD, BOARD, BOARD])
  await expect.poll(async () => (await first.statusOf(id)).solved, { timeout: 10_000 }).toBe(2)
  first.solver.failure = new HrmError('disposed', 'the solver was disposed of')
  gate.resolve()
  await first.jobs.close()

  const second = appOn(folder.dir)
  expect(await second.ended(id)).toMatchObject({ solved: 5, failed: 0 })
  expect(second.solver.computed).toBe(3 * 3)
  expect((await second.resultsOf(id)).map(({ solution }) => solution)).toEqual(new Array(5).fill(SOLUTION))
})

test('the folder is let go of once the chunk in hand is done, and none is begun after it', async () => {
  const { solver, jobs, begin, statusOf } = appOn(folder.dir)
  const [begun, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  solver.pause = () => {
    begun.resolve()
    return gate.promise
  }
  const id = await begin(FIVE)
  await begun.promise
  const closed = jobs.close()
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(() => lockFolder(folder.dir)).toThrow('is used by another process')
  gate.resolve()
  await closed
  lockFolder(folder.dir)()
  expect(await statusOf(id)).toMatchObject({ state: 'running', solved: 1, unsolved: 1 })
})

test('a last try that ends because the process does is no failure', async () => {
  const first = appOn(folder.dir, { secondMs: 0 })
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
  const { solver, begin, ended, resultsOf } = appOn(folder.dir)
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
  const { app, solver, jobs, begin, statusOf } = appOn(folder.dir)
  const gate = Promise.withResolvers<void>()
  solver.pause = () => gate.promise
  const id = await begin(FIVE)
  expect((await app.request(`/v1/jobs/${id}`, { method: 'DELETE' })).status).toBe(200)
  expect(await statusOf(id)).toMatchObject({ state: 'cancelled' })
  expect(await readdir(join(folder.dir, 'jobs'))).toEqual([])
  expect((await problemOf(await app.request(`/v1/jobs/${id}/results`))).code).toBe('job_gone')

  gate.resolve()
  await jobs.close()
  const later = appOn(folder.dir, { times: { ...JOB_TIMES, keep: 0 } })
  await expect.poll(async () => (await later.app.request(`/v1/jobs/${id}`)).status, { timeout: 10_000 }).toBe(404)
  expect(existsSync(join(folder.dir, 'ledgers', `${id}.sqlite`))).toBe(false)
})

test.each(['.', './', 'sub/..'])('a folder named %j, before its process goes elsewhere', async (name) => {
  const before = process.cwd()
  process.chdir(folder.dir)
  let on: ReturnType<typeof appOn>
  try {
    on = appOn(name)
  } finally {
    process.chdir(before)
  }
  const id = await on.begin([BOARD])
  await on.ended(id)
  await on.app.request(`/v1/jobs/${id}`, { method: 'DELETE' })
  expect(await readdir(join(folder.dir, 'jobs'))).toEqual([])
})

test('results that vanish while they are read break the stream off, and no board counts as failed', async () => {
  const { app, lines, begin, ended } = appOn(folder.dir, {}, { chunkBoards: 1 })
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
  const { app } = appOn(folder.dir)
  const body = `question\n${BOARD}\n12\n`
  const refused = await app.request('/v1/jobs?task=sudoku', {
    method: 'POST',
    headers: { 'Content-Type': 'text/csv' },
    body,
  })
  expect(await problemOf(refused)).toMatchObject({ code: 'board_length', line: 3 })
  const left = await readdir(folder.dir, { recursive: true, withFileTypes: true })
  expect(left.filter((entry) => entry.isFile() && !entry.name.startsWith('lock.'))).toEqual([])
})

test('a folder that cannot be one is bad usage', async () => {
  await writeFile(join(folder.dir, 'file'), '')
  expect(() => appOn(join(folder.dir, 'file'))).toThrow(expect.objectContaining({ code: 'usage' }))
})

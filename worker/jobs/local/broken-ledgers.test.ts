import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import type { ErrorLog, SolveLog } from '../../log.ts'
import { BOARD, problemOf } from '../../test-support.ts'
import { appOn, FIVE, jobsFolder } from './local-jobs-test-support.ts'
import { sqlite } from './sqlite.ts'

const folder = jobsFolder()

/** No ledger can be read from it. */
const NOISE = new Uint8Array(8192).map((_, i) => (i * 7919) % 251)

test('jobs go on in the order in which they began, past a ledger that cannot be read', async () => {
  const first = appOn(folder.dir)
  first.jobs.stop()
  const ids: string[] = []
  for (let i = 0; i < 4; i++) ids.push(await first.begin([BOARD]))
  await first.jobs.close()
  const oldestFirst = ids.sort().reverse() // a folder may list its files by their names
  for (const [i, id] of oldestFirst.entries()) {
    const db = new (sqlite().DatabaseSync)(join(folder.dir, 'ledgers', `${id}.sqlite`))
    db.prepare('UPDATE job SET created_at = created_at + ?').run(1000 * i)
    db.close()
  }
  writeFileSync(join(folder.dir, 'ledgers', `${oldestFirst[1]}.sqlite`), NOISE)

  const solved: string[] = []
  const second = appOn(folder.dir, {
    log: ({ event, id }) => {
      if (event === 'solve') solved.push(id.split('/')[0])
    },
  })
  await second.ended(oldestFirst[3])
  expect(solved).toEqual([oldestFirst[0], oldestFirst[2], oldestFirst[3]])
})

test('a ledger that cannot be read costs its own job and no other, at the start, meanwhile, and in sweeps', async () => {
  const first = appOn(folder.dir)
  const stuck = await first.begin([BOARD])
  await first.ended(stuck)
  await first.jobs.close()
  const ledger = (id: string) => join(folder.dir, 'ledgers', `${id}.sqlite`)
  writeFileSync(ledger(stuck), NOISE)

  const logged: (SolveLog | ErrorLog)[] = []
  const { app, solver, begin, ended } = appOn(folder.dir, { log: (line) => logged.push(line), sweepMs: 20 })
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
  const jobs = appOn(folder.dir).jobs // makes the folder
  await jobs.close()
  writeFileSync(join(folder.dir, 'ledgers', `${crypto.randomUUID()}.sqlite`), NOISE)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
  try {
    appOn(folder.dir, { sweepMs: 20 })
    await vi.advanceTimersByTimeAsync(1000)
    expect(vi.getTimerCount()).toBe(2) // the sweep's, and its own
  } finally {
    vi.useRealTimers()
  }
})

import type { ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { createClient } from '../../src/client/index.ts'
import { EASY } from './boards.ts'
import { hrm, portOf, SMALL_WEIGHTS, startHrm } from './hrm.ts'

const started: ChildProcess[] = []
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL') // where a test left one
})

/** Starts `hrm serve` on a free port. */
async function startServing(args: string[] = []) {
  const child = startHrm(['serve', '--port', '0', ...args])
  started.push(child)
  const exit = new Promise((resolve) => child.on('close', resolve))
  const port = await portOf(child)
  return { child, exit, port }
}

test('serves the API until it is told to stop, then exits 0', async () => {
  const { child, exit, port } = await startServing()
  try {
    const response = await fetch(`http://127.0.0.1:${port}/v1/solve`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ task: 'sudoku', board: EASY[0].question }),
    })
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ status: 'solved', solution: EASY[0].answer })
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toMatch(/^<!doctype html>/i)
  } finally {
    child.kill('SIGTERM')
  }
  expect(await exit).toBe(0)
})

test('a taken port is bad usage', async () => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as { port: number }
  const run = await hrm(['serve', '--port', String(port)])
  other.close()
  expect(run).toEqual({ code: 2, stdout: '', stderr: `hrm: port ${port} is taken [usage]\n` })
})

test.each(['192.0.2.1', 'fe80::1'])('a host that is no address of this machine is bad usage: %s', async (host) => {
  const run = await hrm(['serve', '--port', '0', '--host', host, '--weights', SMALL_WEIGHTS])
  expect(run).toEqual({ code: 2, stdout: '', stderr: `hrm: ${host} is no address of this machine [usage]\n` })
})

test('takes in jobs where it is given a folder, and goes on with them when it is started again', async () => {
  const jobs = await mkdtemp(join(tmpdir(), 'hrm-edge-jobs-'))
  try {
    const first = await startServing(['--jobs', jobs])
    const hard = EASY.map(({ question }) => question)
    const boards = Array.from({ length: 60 }, (_, i) => hard[i % hard.length])
    const { id } = await createClient(`http://127.0.0.1:${first.port}`).submitJob('sudoku', boards, { maxSteps: 512 })
    first.child.kill('SIGKILL')
    await first.exit

    const second = await startServing(['--jobs', jobs])
    const client = createClient(`http://127.0.0.1:${second.port}`)
    expect(await client.waitForJob(id, { intervalMs: 100 })).toMatchObject({ state: 'done', solved: 60, failed: 0 })
    let index = 0
    for await (const { solution } of client.jobResults(id)) expect(solution).toBe(EASY[index++ % EASY.length].answer)
    expect(index).toBe(60)
    second.child.kill('SIGTERM')
    expect(await second.exit).toBe(0)
  } finally {
    await rm(jobs, { recursive: true })
  }
})

test('a folder for jobs that is none is bad usage', async () => {
  const { code, stderr } = await hrm(['serve', '--port', '0', '--jobs', '/dev/null/jobs'])
  expect(code).toBe(2)
  expect(stderr).toContain('cannot be made a folder for jobs')
})

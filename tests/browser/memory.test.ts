import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { descendants } from '../../scripts/processes.mjs'
import { privateMemory } from '../load/processes.ts'
import { CHROMIUM, chromiumArgs } from './chromium.ts'
import { type StaticServer, serveFolder } from './static-server.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const MIB = 2 ** 20

/** Solvers until caches and pools have their size, and then those that must leave nothing behind. */
const ROUNDS = [100, 1000]
/** Helpers that a Chromium has at least. Where none could be measured, none would have grown. */
const LEAST_PROCESSES = 3
/** Files that were not let go of would be 222 MiB, engines 5 GiB; uncollected garbage came to 40 at times. */
const PRIVATE_BUDGET_MIB = 100
const HEAP_BUDGET_MIB = 2

let server: StaticServer
let reports: Server
let profile: string
let chromium: ChildProcess | undefined
let sha256: string
beforeAll(async () => {
  sha256 = createHash('sha256')
    .update(await readFile(`${root}model/weights/sudoku.safetensors`))
    .digest('hex')
  server = await serveFolder(root)
  reports = createServer().listen(0, '127.0.0.1')
  await once(reports, 'listening')
  profile = await mkdtemp(join(tmpdir(), 'hrm-edge-memory-'))
})
afterAll(async () => {
  server?.close()
  reports?.close()
  await rm(profile, { recursive: true, force: true, maxRetries: 5 })
})

interface Usage {
  solved: number
  heap: number
  private: number
  /** Processes measured. */
  processes: number
}

/**
 * What a page and all its browser's helpers hold after each round. No debugger may be attached, so no playwright: the
 * log that Chromium keeps for one holds the body of every answer, 260 KB a solver here.
 */
async function measure(query: Record<string, string>): Promise<Usage[]> {
  const report = `http://127.0.0.1:${(reports.address() as AddressInfo).port}/`
  const search = new URLSearchParams({ ...query, report, rounds: String(ROUNDS) })
  const memory = [
    '--js-flags=--expose-gc',
    '--enable-precise-memory-info',
    // A container's /dev/shm may be too small for a page.
    '--disable-dev-shm-usage',
    `--user-data-dir=${profile}`,
  ]
  const url = `${server.origin}tests/browser/memory-page.html?${search}`
  chromium = spawn(CHROMIUM, [...chromiumArgs(), ...memory, url], { stdio: 'ignore' })
  const exited = once(chromium, 'exit')
  const died = exited.then(([code, signal]) => {
    throw new Error(`Chromium ended with ${code ?? signal} before it had reported`)
  })
  died.catch(() => {}) // in the end it is killed, and nobody waits for a report
  const rounds: Usage[] = []
  try {
    while (rounds.length < ROUNDS.length) {
      const [request, response] = (await Promise.race([once(reports, 'request'), died])) as [
        AsyncIterable<Uint8Array>,
        ServerResponse,
      ]
      const { solved, heap } = JSON.parse(await text(request))
      const processes = descendants(chromium.pid!)
      // A helper may end meanwhile, and holds nothing then.
      const held = await Promise.all(processes.map((pid) => privateMemory(pid).catch(() => 0)))
      rounds.push({
        solved,
        heap,
        private: held.reduce((sum, bytes) => sum + bytes, 0),
        processes: held.filter((bytes) => bytes > 0).length,
      })
      response.end()
    }
  } finally {
    chromium.kill()
    await exited
  }
  return rounds
}

test.each([
  ['fetched anew each time', () => ({})],
  ['kept by their hash', () => ({ sha256 })],
])(
  'dispose gives the memory back: 1,000 solvers, weights %s',
  async (name, query) => {
    const [before, after] = await measure(query() as Record<string, string>)
    expect([before.solved, after.solved]).toEqual(ROUNDS)
    expect(Math.min(before.processes, after.processes)).toBeGreaterThanOrEqual(LEAST_PROCESSES)
    const growth = (after.private - before.private) / MIB
    const heap = (after.heap - before.heap) / MIB
    console.info(`weights ${name}: grew by ${growth.toFixed(1)} MiB, of it ${heap.toFixed(2)} MiB of JavaScript heap`)
    expect(growth).toBeLessThan(PRIVATE_BUDGET_MIB)
    expect(heap).toBeLessThan(HEAP_BUDGET_MIB)
  },
  900_000,
)

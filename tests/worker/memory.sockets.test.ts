// What an isolate holds while 64 requests of every kind are under way. Cloudflare ends an isolate at 128 MB.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { peakMemory } from '../load/processes.ts'
import { EASY, EASY_SOLUTION, IMPOSSIBLE, SMALL } from './boards.ts'
import { connectInspector, type HeapUsage, type Inspector } from './inspector.ts'
import { startWorkerd, type WorkerdServer } from './workerd-server.ts'

const MB = 1e6
const LIMIT = 128 * MB

let server: WorkerdServer
let inspector: Inspector
beforeAll(async () => {
  server = await startWorkerd(undefined, { inspect: true })
  inspector = await connectInspector(server.inspector!)
})
afterAll(async () => {
  inspector?.close()
  await server?.close()
})

const heldBytes = ({ totalSize, backingStorageSize }: HeapUsage) => totalSize + backingStorageSize

const ask = (body: object, headers: Record<string, string> = {}, path = '/v1/solve') =>
  fetch(new URL(path, server.url), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })

/** A maze without walls. */
const openMaze = (rows: number) =>
  ['S'.padEnd(45), ...new Array<string>(rows - 2).fill(' '.repeat(45)), 'G'.padStart(45)].join('\n')

test('64 requests at once stay below 128 MB', { timeout: 900_000 }, async () => {
  const idle = await peakMemory(server.pid)
  // every board size has an engine of its own: all seven are woken
  const sizes = [16, 36, 64, 81, 100, 144, 256]
  for (const cells of sizes) await (await ask({ task: 'sudoku', board: '.'.repeat(cells), maxSteps: 1 })).text()
  for (let rows = 30; rows < 38; rows++) await (await ask({ task: 'maze', board: openMaze(rows), maxSteps: 1 })).text()
  const warm = await inspector.heapUsage()

  const requests = Array.from({ length: 64 }, (_, seed) => {
    if (seed % 8 === 7) {
      const boards = new Array(64).fill(seed % 16 === 7 ? EASY : SMALL)
      return ask({ task: 'sudoku', boards }, {}, '/v1/solve/batch')
    }
    // eight, in searches that guess at every step: each keeps as many carries as it may, which are two of this size
    if (seed % 8 === 1) return ask({ task: 'sudoku', board: '.'.repeat(256), maxSteps: 8, seed })
    // each of another size, the largest there are: some find no room
    if (seed % 8 === 6) return ask({ task: 'maze', board: openMaze(45 - (seed >> 3)), maxSteps: 4, seed })
    const headers: Record<string, string> = seed % 2 ? { Accept: 'text/event-stream' } : {}
    return ask({ task: 'sudoku', board: IMPOSSIBLE, maxSteps: 8, seed }, headers)
  })
  let running = true
  let most = warm
  const watch = (async () => {
    while (running) {
      const now = await inspector.heapUsage()
      if (heldBytes(now) > heldBytes(most)) most = now
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  })()
  const statuses = await Promise.all(
    requests.map(async (request) => {
      const response = await request
      await response.text()
      return response.status
    }),
  )
  running = false
  await watch
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(32)
  expect(statuses.filter((status) => status !== 200 && status !== 503)).toEqual([])

  const after = await inspector.heapUsage()
  const peak = await peakMemory(server.pid)
  const mb = ({ totalSize, backingStorageSize }: HeapUsage) =>
    `${(totalSize / MB).toFixed(1)} MB of heap, ${(backingStorageSize / MB).toFixed(1)} MB of buffers`
  console.log(`warm: ${mb(warm)}; most: ${mb(most)}; after: ${mb(after)}`)
  console.log(`process: ${(idle / MB).toFixed(0)} MB before the first request, ${(peak / MB).toFixed(0)} MB at most`)
  // all that the process took on beyond an idle workerd: heap, buffers, WebAssembly, code, connections
  expect(peak - idle).toBeLessThan(LIMIT)
  expect(await (await ask({ task: 'sudoku', board: EASY })).json()).toMatchObject({ solution: EASY_SOLUTION })
})

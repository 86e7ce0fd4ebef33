import { afterAll, beforeAll, expect, test } from 'vitest'
import { BOARD, createProject, type Project, run } from './project.ts'

/**
 * A solver that leaked would keep 5.3 MiB of WebAssembly memory and 0.8 MiB of weights each time: 1.2 GiB in all, of which
 * one step touches, and so makes resident, 380 MiB.
 */
const TIMES = 200
const RESIDENT_BUDGET_MIB = 128
const HEAP_BUDGET_MIB = 8

const SCRIPT = `
import { createSolver } from 'hrm-edge'
async function use(times) {
  for (let i = 0; i < times; i++) {
    const solver = await createSolver()
    await solver.solve('${BOARD}', { maxSteps: 1 })
    solver.dispose()
  }
  gc()
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage()
  return [rss, heapUsed + arrayBuffers]
}
const before = await use(50)
const after = await use(${TIMES})
const [resident, heap] = after.map((bytes, i) => (bytes - before[i]) / 2 ** 20)
console.log(JSON.stringify({ resident, heap }))
`

let project: Project
beforeAll(async () => {
  project = await createProject({
    'memory.js': SCRIPT,
    'forgotten.js': `
import { createSolver } from 'hrm-edge/worker'
const solver = await createSolver({ workers: 2 })
console.log((await solver.solveBatch(Array(20).fill('${BOARD}'))).length)`,
  })
})
afterAll(() => project?.remove())

test(`dispose gives the memory back: ${TIMES} solvers, one after the other`, { timeout: 600_000 }, async ({
  signal,
}) => {
  const { stdout } = await run('node', ['--expose-gc', 'memory.js'], project.folder, signal)
  const growth = JSON.parse(stdout)
  console.info(`memory grew by ${growth.resident} MiB resident, ${growth.heap} MiB of heap and buffers`)
  expect(growth.resident).toBeLessThan(RESIDENT_BUDGET_MIB)
  expect(growth.heap).toBeLessThan(HEAP_BUDGET_MIB)
})

test('threads of a solver that nobody disposed of do not keep the process alive', async () => {
  // Without end, `run` would never resolve.
  expect(await project.run('node', 'forgotten.js')).toBe('20\n')
})

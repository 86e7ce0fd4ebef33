import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startWorkerd, type WorkerdServer } from '../worker/workerd-server.ts'
import { BOARD, createProject, type Project, repository, SOLUTION } from './project.ts'

/** Nothing about kernels or weights: wrangler bundles what the package imports. */
const WRANGLER = `
name = "consumer"
main = "worker.js"
compatibility_date = "2026-11-01"
`
const WORKER = `
import { createSolver, HrmError } from 'hrm-edge'
import { createClient, HrmError as ClientError } from 'hrm-edge/client'
import { kernelUrl } from 'hrm-edge/wasm'

let solver
export default {
  async fetch(request) {
    solver ??= createSolver({ task: 'sudoku' })
    const { backend, build, solve } = await solver
    let address
    try { address = kernelUrl('relaxed') } catch (error) { address = error.code }
    const result = await solve(new URL(request.url).searchParams.get('board'))
    return Response.json({ ...result, backend, build, address, oneClass: HrmError === ClientError && !!createClient })
  },
}
`

/** Weights of one's own, as docs/deploy.md has it, or others of the package. */
const OWN_WRANGLER = `${WRANGLER}
[[rules]]
type = "Data"
globs = ["**/*.safetensors"]
fallthrough = true
`
const ownWorker = (weights: string) => `
import { createSolver } from 'hrm-edge'
import weights from '${weights}'

let solver
export default {
  async fetch(request) {
    solver ??= createSolver({ weights })
    return Response.json(await (await solver).solve(await request.text(), { maxSteps: 64 }))
  },
}
`

let project: Project
let workerd: WorkerdServer
beforeAll(async () => {
  project = await createProject({ 'wrangler.toml': WRANGLER, 'worker.js': WORKER })
  workerd = await startWorkerd(project.folder)
})
afterAll(async () => {
  await workerd?.close()
  await project?.remove()
})

test('a Worker that wrangler bundles solves the board in workerd', async () => {
  const response = await fetch(new URL(`/?board=${BOARD}`, workerd.url))
  expect(await response.json()).toMatchObject({
    status: 'solved',
    solution: SOLUTION,
    verified: true,
    backend: 'wasm',
    build: 'relaxed',
    address: 'engine_unavailable',
    oneClass: true,
  })
})

test.each([
  ['of its own', './own.safetensors'],
  ['of the package that it asks for', 'hrm-edge/weights/sudoku-1k.safetensors'],
])('a Worker with weights %s solves with them', async (_, weights) => {
  const own = await createProject({ 'wrangler.toml': OWN_WRANGLER, 'worker.js': ownWorker(weights) })
  try {
    await copyFile(join(repository, 'model/weights/sudoku-1k.safetensors'), join(own.folder, 'own.safetensors'))
    const server = await startWorkerd(own.folder)
    try {
      const response = await fetch(server.url, { method: 'POST', body: BOARD })
      expect(await response.json()).toMatchObject({ status: 'solved', solution: SOLUTION, model: 'sudoku-d32-1k' })
    } finally {
      await server.close()
    }
  } finally {
    await own.remove()
  }
})

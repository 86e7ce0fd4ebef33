import { type ChildProcess, spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile as write } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { portOf, ROOT, startHrm } from '../cli/hrm.ts'
import { PUZZLES_4X4 } from '../helpers/boards.ts'
import { CANDIDATES } from '../helpers/configs.ts'
import { draftOf, writeFile } from '../helpers/weights-file.ts'

// `hrm serve --backend webgpu` as a process of its own, on the software adapter.

// The software adapter compiles shaders for seconds, and a machine that does other things takes minutes over it.
vi.setConfig({ testTimeout: 400_000 })

/** Few layers, for the same reason; untrained, so that all is up to the search. */
const MODEL = { ...CANDIDATES, H_layers: 1, L_cycles: 1 }
/** A URL, for NODE_OPTIONS are parted at spaces. */
const LOSE_DEVICE = new URL('../helpers/lose-device.mjs', import.meta.url).href
const NO_ADAPTER = { LD_LIBRARY_PATH: '/none', VK_ICD_FILENAMES: '/none' }
const BOARDS = PUZZLES_4X4.slice(0, 3).map(([board]) => board)
const SOLUTIONS = PUZZLES_4X4.slice(0, 3).map(([, solution]) => solution)

let folder: string
let weights: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hrm-edge-serve-'))
  weights = join(folder, 'tiny.safetensors')
  await write(weights, writeFile(draftOf(MODEL, 1)))
})
afterAll(() => rm(folder, { recursive: true }))

const started: ChildProcess[] = []
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL') // where a test left one
})

async function startServing(backend: string, env: NodeJS.ProcessEnv = {}) {
  const child = startHrm(['serve', '--port', '0', '--backend', backend, '--weights', weights], env)
  started.push(child)
  child.stdout!.resume() // a pipe that nobody reads would fill up
  let stderr = ''
  child.stderr!.on('data', (text) => {
    stderr += text
  })
  const exit = new Promise((resolve) => child.on('close', resolve))
  const port = await portOf(child)
  const url = (path: string) => `http://127.0.0.1:${port}${path}`
  return {
    get: (path: string) => fetch(url(path)),
    post: (path: string, body: object, accept = 'application/json') =>
      fetch(url(path), {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept },
        body: JSON.stringify({ task: 'sudoku', ...body }),
      }),
    said: () => stderr,
    stop() {
      child.kill('SIGTERM')
      return exit
    },
  }
}

test('answers single boards, streams and batches side by side, and ends when it is told to, in the middle of a step too', async () => {
  const server = await startServing('webgpu')
  expect((await server.get('/ready')).status).toBe(200)
  const [one, stream, batch] = await Promise.all([
    server.post('/v1/solve', { board: BOARDS[0], maxSteps: 3 }),
    server.post('/v1/solve', { board: BOARDS[1], maxSteps: 3 }, 'text/event-stream'),
    server.post('/v1/solve/batch', { boards: BOARDS, maxSteps: 9 }),
  ])
  expect([one.status, stream.status, batch.status]).toEqual([200, 200, 200])
  // Too few steps for what has learned nothing.
  expect(await one.json()).toMatchObject({ status: 'unsolved', steps: 3 })
  const events = [...(await stream.text()).matchAll(/^event: (\w+)$/gm)].map(([, name]) => name)
  expect(events).toEqual(['step', 'step', 'step', 'result'])
  const { results } = (await batch.json()) as { results: { steps: number }[] }
  expect(results.map(({ steps }) => steps)).toEqual([3, 3, 3])
  expect((await server.post('/v1/solve', { board: '11..............' })).status).toBe(422)
  expect(server.said()).not.toContain('Going on with')

  const cut = server.post('/v1/solve', { board: BOARDS[2], maxSteps: 1024 }, 'text/event-stream')
  await (await cut).body!.getReader().read()
  expect(await server.stop()).toBe(0)
})

test('goes on in wasm when the device is lost under its requests', async () => {
  const env = { NODE_OPTIONS: `--import ${LOSE_DEVICE}`, HRM_LOSE_AFTER: '40' }
  const server = await startServing('webgpu', env)
  const [one, batch] = await Promise.all([
    server.post('/v1/solve', { board: BOARDS[0], maxSteps: 1024 }),
    server.post('/v1/solve/batch', { boards: BOARDS, maxSteps: 1024 }),
  ])
  expect(await one.json()).toMatchObject({ status: 'solved', solution: SOLUTIONS[0], verified: true })
  const { results } = (await batch.json()) as { results: { solution: string }[] }
  expect(results.map(({ solution }) => solution)).toEqual(SOLUTIONS)
  expect(server.said().match(/Going on with wasm, not WebGPU \(device_lost\)/g)).toHaveLength(1)
  // The same process, later.
  expect((await server.get('/ready')).status).toBe(200)
  expect(await (await server.post('/v1/solve', { board: BOARDS[1], maxSteps: 1024 })).json()).toMatchObject({
    solution: SOLUTIONS[1],
  })
  expect(await server.stop()).toBe(0)
})

test('without an adapter webgpu is refused, and auto serves in wasm', async () => {
  await expect(startServing('webgpu', NO_ADAPTER)).rejects.toThrow(/no adapter here \[engine_unavailable\]/)
  const server = await startServing('auto', NO_ADAPTER)
  const batch = await server.post('/v1/solve/batch', { boards: BOARDS, maxSteps: 1024 })
  expect(await batch.json()).toMatchObject({ solved: 3 })
  expect(server.said()).toContain('Going on with wasm, not WebGPU (no_adapter)')
  expect(await server.stop()).toBe(0)
})

test('without the package webgpu it says which one is missing', async () => {
  const bare = join(folder, 'bare')
  await mkdir(join(bare, 'dist'), { recursive: true })
  for (const part of ['dist/cli', 'dist/wasm', 'package.json']) {
    await cp(join(ROOT, part), join(bare, part), { recursive: true })
  }
  const bin = join(bare, 'dist/cli/bin.js')
  const child = spawn(process.execPath, [bin, 'serve', '--port', '0', '--backend', 'webgpu', '--weights', weights])
  started.push(child)
  await expect(portOf(child)).rejects.toThrow(/the package webgpu could not be loaded.*\[engine_unavailable\]/)
  expect(child.exitCode).toBe(2)
})

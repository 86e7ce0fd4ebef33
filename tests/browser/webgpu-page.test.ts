import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type * as HrmEdge from '../../src/index.ts'
import type { Fallback } from '../../src/index.ts'
import type * as HrmEdgeWebGpu from '../../src/webgpu/browser.ts'
import { PUZZLES_4X4 } from '../helpers/boards.ts'
import { CANDIDATES } from '../helpers/configs.ts'
import { draftOf, writeFile } from '../helpers/weights-file.ts'
import { launchChromium, withPage } from './chromium.ts'
import { type StaticServer, serveFolder } from './static-server.ts'

// `hrm-edge/webgpu` as a page has it that serves the package's own files and onnxruntime-web's and uses no bundler.
// The model is a tiny one for 4x4 boards: the software adapter takes half a second for a step of it.

// The software adapter compiles shaders for seconds, and a machine that does other things takes minutes over it.
vi.setConfig({ testTimeout: 400_000 })

type Module = Pick<typeof HrmEdge, 'createSolver'> & Pick<typeof HrmEdgeWebGpu, 'webgpu'>

/** Activations are quantised in wasm and not on the GPU: with untrained weights 0.09 apart after two steps. */
const BELIEF_TOLERANCE = 0.1

const WEIGHTS = Array.from(writeFile(draftOf(CANDIDATES, 1)))
const BOARDS = PUZZLES_4X4.slice(0, 3).map(([board]) => board)

let server: StaticServer
let browser: Browser
beforeAll(async () => {
  server = await serveFolder(fileURLToPath(new URL('../../', import.meta.url)))
  browser = await launchChromium({ webgpu: true })
})
afterAll(async () => {
  await browser?.close()
  server?.close()
})

/** Runs a function in a page of its own. @returns its value, and what onnxruntime-web loaded by then */
async function inPage<A, T>(use: (module: Module, argument: A) => Promise<T>, argument: A) {
  let value: T | undefined
  const loaded: string[] = []
  await withPage(browser, {}, async ({ page, complaints }) => {
    page.on('request', (request) => {
      if (request.url().includes('onnxruntime-web')) loaded.push(new URL(request.url()).pathname.split('/').pop()!)
    })
    await page.goto(`${server.origin}tests/browser/webgpu-page.html`)
    value = await page.evaluate(
      ({ code, argument }) => new Function(`return (${code})`)()(Reflect.get(globalThis, 'module'), argument),
      { code: use.toString(), argument },
    )
    expect(complaints).toEqual([])
  })
  return { value: value as T, loaded }
}

test('believes what wasm believes', async () => {
  const { value, loaded } = await inPage(
    async ({ createSolver, webgpu }, { weights, board }) => {
      const seen = async (options: object) => {
        const solver = await createSolver({ weights: new Uint8Array(weights), ...options })
        const steps: { confidence: number[] }[] = []
        for await (const { confidence } of solver.steps(board, { maxSteps: 1 })) {
          steps.push({ confidence })
        }
        const { backend, build } = solver
        solver.dispose()
        return { backend, build, steps }
      }
      return { gpu: await seen({ backend: 'webgpu', webgpu: webgpu() }), wasm: await seen({ backend: 'wasm' }) }
    },
    { weights: WEIGHTS, board: BOARDS[0] },
  )
  const { gpu, wasm } = value
  expect([gpu.backend, wasm.backend]).toEqual(['webgpu', 'wasm'])
  expect(gpu.build).toMatch(/swiftshader.*\(software\)/i)
  const apart = gpu.steps.flatMap(({ confidence }, step) =>
    confidence.map((belief, cell) => Math.abs(belief - wasm.steps[step].confidence[cell])),
  )
  expect(apart.length).toBe(16)
  expect(Math.max(...apart)).toBeLessThan(BELIEF_TOLERANCE)
  expect(loaded).toContain('ort-wasm-simd-threaded.jspi.wasm')
})

test('finishes a batch in wasm when the device is lost under it, and says so', async () => {
  const { value } = await inPage(
    async ({ createSolver, webgpu }, { weights, boards }) => {
      const { requestDevice } = GPUAdapter.prototype
      let device: GPUDevice | undefined
      GPUAdapter.prototype.requestDevice = async function (descriptor) {
        device = await requestDevice.call(this, descriptor)
        return device
      }
      const told: Fallback[] = []
      const onFallback = (fallback: Fallback) => told.push(fallback)
      const solver = await createSolver({
        weights: new Uint8Array(weights),
        backend: 'webgpu',
        webgpu: webgpu(),
        onFallback,
      })
      const before = solver.backend
      const steps = solver.steps(boards[0], { maxSteps: 5 })
      await steps.next()
      device!.destroy()
      const rest: number[] = []
      for await (const { step } of steps) rest.push(step)
      const results = await solver.solveBatch(boards, { maxSteps: 5000 })
      const events = told.map(({ from, to, reason, error }) => [from, to, reason, error.code])
      return { before, after: solver.backend, rest, results, events }
    },
    { weights: WEIGHTS, boards: BOARDS },
  )
  expect([value.before, value.after]).toEqual(['webgpu', 'wasm'])
  expect(value.rest).toEqual([2, 3, 4, 5])
  expect(value.events).toEqual([['webgpu', 'wasm', 'device_lost', 'engine_failed']])
  expect(value.results.map(({ solution }) => solution)).toEqual(PUZZLES_4X4.slice(0, 3).map(([, solution]) => solution))
})

test('under auto loads nothing for one board, and asks for the adapter alone where it computes on the CPU', async () => {
  const alone = await inPage(
    async ({ createSolver, webgpu }, { weights, boards }) => {
      const solver = await createSolver({ weights: new Uint8Array(weights), webgpu: webgpu() })
      return [solver.backend, (await solver.solve(boards[0], { maxSteps: 5000 })).status]
    },
    { weights: WEIGHTS, boards: BOARDS },
  )
  expect(alone).toEqual({ value: ['wasm', 'solved'], loaded: [] })
  const batch = await inPage(
    async ({ createSolver, webgpu }, { weights, boards }) => {
      const told: string[] = []
      const onFallback = ({ reason }: Fallback) => told.push(reason)
      const solver = await createSolver({ weights: new Uint8Array(weights), webgpu: webgpu(), onFallback, slots: 8 })
      const results = await solver.solveBatch(boards, { maxSteps: 5000 })
      return { told, solved: results.filter(({ verified }) => verified).length }
    },
    { weights: WEIGHTS, boards: BOARDS },
  )
  // Slower by far than wasm, and known to be: not even measured.
  expect(batch).toEqual({ value: { told: [], solved: 3 }, loaded: ['ort.jspi.bundle.min.mjs'] })
})

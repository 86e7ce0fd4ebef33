import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { launchChromium, withPage } from '../browser/chromium.ts'
import { serveFolder } from '../browser/static-server.ts'
import { BOARD, createProject, type Project, SOLUTION } from './project.ts'
import { startVite } from './vite.ts'

/** Solves on both roads and leaves what came of it to the test. */
const app = (from: string, options = '{}', workerOptions = '{}') => `
import { createSolver, HrmError } from '${from || 'hrm-edge'}'
import { createSolver as createWorkerSolver, HrmError as WorkerError } from '${from ? from.replace('index.js', 'worker.js') : 'hrm-edge/worker'}'
const here = await createSolver(${options})
const there = await createWorkerSolver(${workerOptions})
const [a, b] = await Promise.all([here.solve('${BOARD}'), there.solve('${BOARD}')])
globalThis.outcome = { here: a.solution, there: b.solution, steps: [a.steps, b.steps], build: [here.build, there.build],
  models: [a.model, b.model], oneClass: HrmError === WorkerError }
there.dispose()
`
const HTML = (script: string) =>
  `<!doctype html><link rel="icon" href="data:"><script type="module" src="${script}"></script>`

let browser: Browser
let project: Project
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser?.close())
afterEach(() => project?.remove())

async function expectSolvedAt(url: string, model = 'sudoku-d64-full'): Promise<void> {
  await withPage(browser, {}, async ({ page, complaints }) => {
    await page.goto(url)
    await expect
      .poll(() => (complaints.length > 0 ? complaints : page.evaluate('globalThis.outcome')), { timeout: 30_000 })
      .toMatchObject({ here: SOLUTION, there: SOLUTION, models: [model, model], oneClass: true })
    const { steps, build } = await page.evaluate<{ steps: number[]; build: string[] }>('globalThis.outcome')
    expect(steps[0]).toBe(steps[1])
    // Chromium has relaxed SIMD: a page that fell back to the slow engine would solve too.
    expect(build).toEqual(['relaxed', 'relaxed'])
  })
}

async function expectSolvedFrom(folder: string, model?: string): Promise<void> {
  const server = await serveFolder(folder)
  try {
    await expectSolvedAt(server.origin, model)
  } finally {
    server.close()
  }
}

test('a page without a bundler: module scripts from a static server', async () => {
  project = await createProject({
    'index.html': HTML('app.js'),
    'app.js': app('./node_modules/hrm-edge/dist/browser/index.js'),
  })
  await expectSolvedFrom(project.folder)
})

describe.each([
  ['with the weights that it loads by itself', '', '{}', undefined],
  [
    'with others of the package, whose URL it imports',
    "import weights from 'hrm-edge/weights/sudoku-1k.safetensors?url'",
    '{ weights }',
    'sudoku-d32-1k',
  ],
])('Vite and an app %s', (_, imports, options, model) => {
  const files = { 'index.html': HTML('/app.js'), 'app.js': imports + app('', options, options) }

  test('that is built', async () => {
    project = await createProject(files)
    await project.run('vite', 'build', '--logLevel', 'warn')
    await expectSolvedFrom(join(project.folder, 'dist'), model)
  })

  test('that is served while it is developed', async () => {
    project = await createProject(files)
    const vite = await startVite(project.folder)
    try {
      await expectSolvedAt(vite.url, model)
    } finally {
      await vite.close()
    }
  })
})

test('esbuild, which is told of the files', async () => {
  project = await createProject({
    'out/index.html': HTML('app.js'),
    'app.js': `
import relaxed from 'hrm-edge/wasm/relaxed.wasm'
import simd128 from 'hrm-edge/wasm/simd128.wasm'
import weights from 'hrm-edge/weights/sudoku.safetensors'
const files = { weights, kernels: { relaxed, simd128 } }
${app('', 'files', "{ ...files, worker: () => new Worker('solver-worker.js', { type: 'module' }) }")}`,
    'solver-worker.js': "import 'hrm-edge/worker-entry'",
  })
  const flags = ['--bundle', '--format=esm', '--minify', '--loader:.wasm=file', '--loader:.safetensors=file']
  await project.run('esbuild', 'app.js', 'solver-worker.js', ...flags, '--outdir=out', '--log-level=error')
  await expectSolvedFrom(join(project.folder, 'out'))
})

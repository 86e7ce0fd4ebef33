import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type * as HrmEdge from '../../src/index.ts'
import { MOST_KEPT } from '../../src/platform/platform.ts'
import { type StumblingServer, startStumblingServer } from '../helpers/stumbling-server.ts'
import { launchChromium, withPage } from './chromium.ts'
import { type StaticServer, serveFolder } from './static-server.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

let file: Uint8Array
let sha256: string
let weights: StumblingServer
let server: StaticServer
let browser: Browser
beforeAll(async () => {
  file = await readFile(`${root}model/weights/sudoku.safetensors`)
  sha256 = createHash('sha256').update(file).digest('hex')
  weights = await startStumblingServer(file)
  server = await serveFolder(root)
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
  server?.close()
  weights?.close()
})
beforeEach(() => {
  weights.answers = ['whole']
  weights.requests = 0
})

type Globals = { createSolver: typeof HrmEdge.createSolver; kernels: HrmEdge.KernelSources }

/** A page with the library in it, and its kernels, which an app has from its own cache. */
async function openPage(page: Page): Promise<void> {
  await page.goto(`${server.origin}tests/browser/weights-page.html`)
  await page.waitForFunction(() => 'kernels' in globalThis)
}

/** Makes a solver from the weights' URL. @returns its hash, or the error's code, and all progress */
function load(page: Page, hash = sha256): Promise<{ got: string; loaded: number[] }> {
  return page.evaluate(
    async ([url, hash]) => {
      const { createSolver, kernels } = globalThis as unknown as Globals
      const loaded: number[] = []
      const onProgress = (progress: { loaded: number }) => loaded.push(progress.loaded)
      try {
        const solver = await createSolver({ weights: url, sha256: hash, kernels, onProgress })
        solver.dispose()
        return { got: solver.model.sha256, loaded }
      } catch (error) {
        return { got: (error as HrmEdge.HrmError).code, loaded }
      }
    },
    [weights.url, hash],
  )
}

const keys = (page: Page) =>
  page.evaluate(async () => (await (await caches.open('hrm-edge-weights')).keys()).map(({ url }) => url))

async function expectLoaded(page: Page): Promise<void> {
  const { got, loaded } = await load(page)
  expect(got).toBe(sha256)
  expect(loaded).toEqual(loaded.toSorted((a, b) => a - b))
  expect(loaded.at(-1)).toBe(file.length)
}

test('weights are downloaded once, outlive the page, and need no network then', () =>
  withPage(browser, {}, async ({ page }) => {
    await openPage(page)
    await expectLoaded(page)
    await openPage(page)
    await page.context().setOffline(true)
    await expectLoaded(page)
    expect(weights.requests).toBe(1)
    expect(await keys(page)).toEqual([expect.stringContaining(sha256)])
  }))

test('a kept file that went bad is removed and downloaded anew', () =>
  withPage(browser, {}, async ({ page }) => {
    await openPage(page)
    await expectLoaded(page)
    const [key] = await keys(page)
    await page.evaluate(async (key) => (await caches.open('hrm-edge-weights')).put(key, new Response('rubbish')), key)
    await page.context().setOffline(true)
    expect((await load(page)).got).toBe('weights_fetch')
    expect(await keys(page)).toEqual([])
    await page.context().setOffline(false)
    await expectLoaded(page)
    await page.context().setOffline(true)
    await expectLoaded(page)
  }))

test('cut and corrupt downloads heal; another file is refused and not kept', () =>
  withPage(browser, {}, async ({ page }) => {
    await openPage(page)
    weights.answers = ['cut', 'corrupt', 'cut', 'whole']
    await expectLoaded(page)
    expect(weights.requests).toBe(4)
    const { got } = await load(page, '0'.repeat(64))
    expect(got).toBe('weights_hash')
    expect((await keys(page)).length).toBe(1)
  }))

test('so many files are kept and no more: the one that came first goes', () =>
  withPage(browser, {}, async ({ page }) => {
    await openPage(page)
    await page.evaluate(async (most) => {
      const cache = await caches.open('hrm-edge-weights')
      for (let i = 0; i < most; i++) await cache.put(`https://hrm-edge.invalid/weights/${i}`, new Response('a model'))
    }, MOST_KEPT)
    await expectLoaded(page)
    const names = (await keys(page)).map((url) => url.split('/').at(-1))
    expect(names).toEqual([...Array.from({ length: MOST_KEPT - 1 }, (_, i) => String(i + 1)), sha256])
  }))

import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serve } from '../../worker/node/serve.ts'
import { SAMPLE_SETS } from '../../worker/playground/samples.ts'
import { launchChromium, withPage } from './chromium.ts'
import { expectSolution, PlaygroundPage } from './playground-page.ts'

const EASY = SAMPLE_SETS[0].boards[0]

let assets: string
let server: Awaited<ReturnType<typeof serve>>
let browser: Browser
let url: string
beforeAll(async () => {
  // A copy, for one test publishes another version.
  assets = await mkdtemp(join(tmpdir(), 'hrm-edge-page-'))
  await cp(fileURLToPath(new URL('../../dist/playground', import.meta.url)), assets, { recursive: true })
  server = await serve({ port: 0, log: () => {}, assetsDir: assets })
  url = `http://127.0.0.1:${server.port}/`
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
  await server?.close()
  await rm(assets, { recursive: true })
})

/** Opens the page and waits until its service worker has kept it. */
async function visitAndKeep(page: Page): Promise<void> {
  await page.goto(url)
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null)
}

const cacheNames = (page: Page) => page.evaluate(() => caches.keys())

test('without a network the page loads again and solves', () =>
  withPage(browser, {}, async ({ page, complaints }) => {
    await visitAndKeep(page)
    await page.context().setOffline(true)
    await page.reload()
    const playground = new PlaygroundPage(page)
    await playground.takeSample('Easy')
    await playground.solveButton.click()
    await playground.expectStatus(/^Solved/)
    await playground.expectAtRest()
    expectSolution(await playground.board(), EASY)
    await page.getByRole('button', { name: 'Compare with float32' }).click()
    await expect
      .poll(() => page.locator('#precision-note').textContent(), { timeout: 60_000 })
      .toMatch(/ in float32\.$/)
    // What needs the network says so.
    await page.getByRole('radio', { name: 'At the edge' }).check()
    await playground.solveButton.click()
    await playground.expectStatus(/^No answer from the edge\. .* network$/)
    expect(complaints.filter((complaint) => !complaint.includes('ERR_INTERNET_DISCONNECTED'))).toEqual([])
  }))

test('answers of the service are not kept', () =>
  withPage(browser, {}, async ({ page }) => {
    await visitAndKeep(page)
    await page.evaluate(() => fetch('/v1/models'))
    const kept = await page.evaluate(async () => {
      const cache = await caches.open((await caches.keys())[0])
      return (await cache.keys()).map(({ url }) => new URL(url).pathname)
    })
    expect(kept).toContain('/')
    expect(kept.some((path) => path.startsWith('/v1'))).toBe(false)
  }))

test('a kept file that went bad is fetched and kept anew', () =>
  withPage(browser, {}, async ({ page }) => {
    await visitAndKeep(page)
    const { before, served, after } = await page.evaluate(async () => {
      const cache = await caches.open((await caches.keys())[0])
      const [key] = (await cache.keys()).filter(({ url }) => url.endsWith('.safetensors'))
      const kept = async () => (await (await cache.match(key))!.arrayBuffer()).byteLength
      const before = await kept()
      await cache.put(key, new Response('rubbish'))
      const served = (await (await fetch(key.url)).arrayBuffer()).byteLength
      return { before, served, after: await kept() }
    })
    expect(before).toBeGreaterThan(10_000)
    expect([served, after]).toEqual([before, before])
  }))

test.each([
  ['full', 'put'],
  ['unreadable', 'match'],
  ['forbidden', 'open'],
])('a storage that is %s is done without', (_, method) =>
  withPage(browser, {}, async ({ page }) => {
    await visitAndKeep(page)
    const [worker] = page.context().serviceWorkers()
    await worker.evaluate((method) => {
      const broken = async () => {
        throw new DOMException('no more room', 'QuotaExceededError')
      }
      Object.defineProperty(method === 'open' ? CacheStorage.prototype : Cache.prototype, method, { value: broken })
    }, method)
    const { kept, served } = await page.evaluate(async () => {
      const cache = await caches.open((await caches.keys())[0])
      const [key] = (await cache.keys()).filter(({ url }) => url.endsWith('.safetensors'))
      const kept = (await (await cache.match(key))!.arrayBuffer()).byteLength
      await cache.delete(key)
      return { kept, served: (await (await fetch(key.url)).arrayBuffer()).byteLength }
    })
    expect(served).toBe(kept)
  }),
)

test('a new version of the page takes the place of the old one, in the cache too', () =>
  withPage(browser, {}, async ({ page }) => {
    await visitAndKeep(page)
    const [before] = await cacheNames(page)
    const file = join(assets, 'service-worker.js')
    const script = await readFile(file, 'utf8')
    await writeFile(file, script.replace(before.split('-').at(-1)!, 'ffffffffff'))
    await page.evaluate(async () => (await navigator.serviceWorker.ready).update())
    await expect.poll(() => cacheNames(page)).toEqual(['hrm-edge-page-ffffffffff'])
  }))

test('the page can be installed', () =>
  withPage(browser, {}, async ({ page }) => {
    await page.goto(url)
    const manifest = await page.evaluate(async () => {
      const href = document.querySelector<HTMLLinkElement>('link[rel=manifest]')!.href
      const response = await fetch(href)
      return { type: response.headers.get('Content-Type'), ...(await response.json()), href }
    })
    expect(manifest).toMatchObject({ type: expect.stringContaining('json'), display: 'standalone', start_url: './' })
    const icon = await fetch(new URL(manifest.icons[0].src, manifest.href))
    expect(icon.headers.get('Content-Type')).toMatch(/^image\/svg\+xml/)
    const session = await page.context().newCDPSession(page)
    expect((await session.send('Page.getAppManifest')).errors).toEqual([])
  }))

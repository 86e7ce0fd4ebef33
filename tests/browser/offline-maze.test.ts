import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { serve } from '../../worker/node/serve.ts'
import { launchChromium, withPage } from './chromium.ts'
import { MazePage } from './maze-page.ts'

/** The files for mazes that are kept, by the name of the cache. */
const keptForMazes = (page: Page) =>
  page.evaluate(async () => {
    const entries = await Promise.all(
      (await caches.keys()).map(async (name) => {
        const keys = await (await caches.open(name)).keys()
        return [name, keys.filter(({ url }) => url.includes('/maze-')).length] as const
      }),
    )
    return Object.fromEntries(entries)
  })

test('who has mazes without a network has them in a new version too', async () => {
  // A copy, for another version is published.
  const assets = await mkdtemp(join(tmpdir(), 'hrm-edge-page-'))
  await cp(fileURLToPath(new URL('../../dist/playground', import.meta.url)), assets, { recursive: true })
  const server = await serve({ port: 0, log: () => {}, assetsDir: assets })
  const browser = await launchChromium()
  try {
    await withPage(browser, {}, async ({ page }) => {
      await page.goto(`http://127.0.0.1:${server.port}/#maze`)
      const maze = new MazePage(page)
      await maze.waitUntilThere()
      await expect.poll(async () => Object.values(await keptForMazes(page))).toEqual([3])

      const [before] = Object.keys(await keptForMazes(page))
      const file = join(assets, 'service-worker.js')
      const script = await readFile(file, 'utf8')
      await writeFile(file, script.replace(before.split('-').at(-1)!, 'ffffffffff'))
      await page.evaluate(async () => (await navigator.serviceWorker.ready).update())
      // By name alone: whoever opens a cache that has just been dropped makes it anew.
      await expect.poll(() => page.evaluate(() => caches.keys())).toEqual(['hrm-edge-page-ffffffffff'])
      expect(await keptForMazes(page)).toEqual({ 'hrm-edge-page-ffffffffff': 3 })

      await page.context().setOffline(true)
      await page.reload()
      await maze.waitUntilThere()
    })
  } finally {
    await browser.close()
    await server.close()
    await rm(assets, { recursive: true })
  }
})

import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serve } from '../../worker/node/serve.ts'
import { launchChromium, type OpenPage, withPage } from './chromium.ts'
import { PlaygroundPage } from './playground-page.ts'

export type Visit = OpenPage & { playground: PlaygroundPage }

/** The playground behind its own server, and one Chromium, for all tests of a file. */
export function servePlayground() {
  let server: Awaited<ReturnType<typeof serve>>
  let browser: Browser
  beforeAll(async () => {
    server = await serve({ port: 0, log: () => {} })
    browser = await launchChromium()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.close()
  })
  const served = {
    get browser() {
      return browser
    },
    /** With a slash at the end. */
    get url() {
      return `http://127.0.0.1:${server.port}/`
    },
    /** A test on a freshly opened page, that also fails for any complaint on the console. */
    visit(name: string, use: (visit: Visit) => Promise<void>, { hash = '', expectComplaints = false } = {}) {
      test(name, () =>
        withPage(browser, { viewport: { width: 1200, height: 900 } }, async (opened) => {
          await opened.page.goto(`${served.url}${hash}`)
          await use({ ...opened, playground: new PlaygroundPage(opened.page) })
          if (!expectComplaints) expect(opened.complaints).toEqual([])
        }),
      )
    },
  }
  return served
}

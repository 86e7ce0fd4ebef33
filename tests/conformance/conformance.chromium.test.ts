import { fileURLToPath } from 'node:url'
import * as esbuild from 'esbuild'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { KernelBuild } from '../../src/platform/platform.ts'
import { launchChromium, withPage } from '../browser/chromium.ts'
import { type StaticServer, serveFolder } from '../browser/static-server.ts'
import { BOARDS, TASKS } from './boards.ts'
import { expectedHash } from './expected.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
let server: StaticServer
let browser: Browser
beforeAll(async () => {
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: ['tests/conformance/page.ts'],
    // two folders below the root, which src/platform/ counts on
    outdir: 'dist/conformance',
    bundle: true,
    format: 'esm',
    conditions: ['browser'],
    logLevel: 'warning',
  })
  server = await serveFolder(root)
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
  server?.close()
})

describe.each(TASKS)('logits of %s', (task) => {
  it.each<KernelBuild>(['relaxed', 'simd128'])('in Chromium, %s, are those on record', async (build) => {
    const extent = inject('extent')
    await withPage(browser, {}, async ({ page, complaints }) => {
      // The test's own patience is enough: another file computes on the other core.
      page.setDefaultTimeout(0)
      await page.goto(`${server.origin}tests/conformance/page.html`)
      const hash = await page.evaluate(([build, task, boards]) => globalThis.conformanceHash(build, task, boards), [
        build,
        task,
        BOARDS[task][extent],
      ] as const)
      expect(hash).toBe(expectedHash(task, extent))
      expect(complaints).toEqual([])
    })
  })
})

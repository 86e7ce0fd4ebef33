import { fileURLToPath } from 'node:url'
import { createSolver } from '../../src/index.ts'
import { webgpu } from '../../src/webgpu/node.ts'
import { launchChromium } from '../browser/chromium.ts'
import { serveFolder } from '../browser/static-server.ts'
import { nodeGpu } from '../helpers/node-gpu.ts'
import { type Loss, loseOne, type Outcome } from './lose-one.ts'

/** Somewhere with a GPU. */
export interface Place {
  adapter: string
  runtime: string
  lose(loss: Loss): Promise<Outcome>
  close(): Promise<void>
}

/** This process, by the package webgpu. */
export async function inNode(): Promise<Place> {
  const adapter = await nodeGpu().requestAdapter()
  return {
    adapter: adapter?.info.description ?? 'no adapter',
    runtime: `Node ${process.versions.node}`,
    lose: (loss) => loseOne({ createSolver, webgpu }, loss),
    async close() {},
  }
}

/** A page of Chromium, on its software adapter. */
export async function inChromium(): Promise<Place> {
  const server = await serveFolder(fileURLToPath(new URL('../../', import.meta.url)))
  const browser = await launchChromium({ webgpu: true })
  const page = await browser.newPage()
  await page.goto(`${server.origin}tests/browser/webgpu-page.html`)
  const adapter = await page.evaluate(async () => (await navigator.gpu.requestAdapter())?.info.vendor)
  const code = loseOne.toString()
  return {
    adapter: adapter ?? 'no adapter',
    runtime: `Chromium ${browser.version()}`,
    lose: (loss) =>
      page.evaluate(({ code, loss }) => new Function(`return (${code})`)()(Reflect.get(globalThis, 'module'), loss), {
        code,
        loss,
      }) as Promise<Outcome>,
    async close() {
      await browser.close()
      server.close()
    },
  }
}

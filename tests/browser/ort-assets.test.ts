import { readdir, stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { Graph } from '../../src/engines/webgpu/onnx.ts'
import { serve } from '../../worker/node/serve.ts'
import { launchChromium, withPage } from './chromium.ts'

const FOLDER = fileURLToPath(new URL('../../dist/playground/ort/', import.meta.url))

test('every file of ONNX Runtime fits an asset of a Worker', async () => {
  const names = await readdir(FOLDER)
  expect(names).toContain('ort-wasm-simd-threaded.jspi.wasm')
  for (const name of names) expect((await stat(FOLDER + name)).size).toBeLessThanOrEqual(25 * 2 ** 20)
})

test("a page of the service runs ONNX Runtime on the GPU from the service's own files, under its policy", async () => {
  const g = new Graph()
  g.output('y', g.node('Add', [g.input('x', 'float32', [4]), g.floats([4], [1, 2, 3, 4])]), 'float32', [4])
  const server = await serve({ port: 0, log: () => {} })
  const browser = await launchChromium({ webgpu: true })
  try {
    await withPage(browser, {}, async ({ page, complaints }) => {
      const elsewhere: string[] = []
      await page.goto(`http://127.0.0.1:${server.port}/`)
      page.on('request', (request) => {
        if (!request.url().startsWith(page.url())) elsewhere.push(request.url())
      })
      // As text, because the test runner puts a function of its own in the place of `import`.
      const sum = await page.evaluate(`(async () => {
        const ort = await import('/ort/ort.jspi.min.mjs')
        ort.env.wasm.numThreads = 1
        ort.env.wasm.wasmPaths = '/ort/'
        const graph = new Uint8Array([${g.finish()}])
        const session = await ort.InferenceSession.create(graph, { executionProviders: ['webgpu'] })
        const { y } = await session.run({ x: new ort.Tensor('float32', [10, 20, 30, 40], [4]) })
        return Array.from(y.data)
      })()`)
      expect(sum).toEqual([11, 22, 33, 44])
      expect(elsewhere).toEqual([])
      expect(complaints).toEqual([])
    })
  } finally {
    await browser.close()
    await server.close()
  }
})

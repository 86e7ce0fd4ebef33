import { expect, test } from 'vitest'
import type { Runtime } from './runtimes/runtime.ts'

/** The first group is the smallest product: enough to see that both engines run there. Chromium: see docs/bench.md. */
test.each([
  ['node', async () => (await import('./runtimes/node.ts')).startNode()],
  ['workerd', async () => (await import('./runtimes/workerd.ts')).startWorkerd()],
])('both engines run and agree in %s', async (name, start: () => Promise<Runtime>) => {
  const runtime = await start()
  try {
    expect(runtime.name).toMatch(new RegExp(`^${name} \\d+\\.`))
    const { engine, groups } = await runtime.bench.describe()
    expect(engine).toMatch(/^wasm (relaxed|simd128)$/)
    expect(groups.map((group) => group.kind)).toEqual(expect.arrayContaining(['gemm', 'step']))
    const { sides } = await runtime.bench.open(0)
    expect(sides).toEqual(['ours', 'f32', 'int8'])
    for (const side of sides.keys()) expect(await runtime.bench.time(side, 2)).toBeGreaterThan(0)
    await runtime.bench.close()
    expect(await runtime.bench.solve(0)).toBeGreaterThan(0)
  } finally {
    await runtime.stop()
  }
})

import { expect } from 'vitest'
import type { Runtime } from '../bench/runtimes/runtime.ts'

/** Runs the first group, the smallest product, and one solve: enough to see that both engines run and agree there. */
export async function expectBothToRun(start: () => Promise<Runtime>, name: string): Promise<void> {
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
}

import { fileURLToPath } from 'node:url'
import * as esbuild from 'esbuild'
import type { RemoteBench } from '../drive.ts'

export interface Runtime {
  /** With its version. */
  name: string
  bench: RemoteBench
  stop(): Promise<void>
}

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
/** Two folders below the root, which src/platform/ counts on. */
export const BUNDLES = `${ROOT}dist/bench`

/** Bundles an entry of this folder as `dist/bench/<name>.js`. */
export async function bundle(name: string, condition: 'browser' | 'workerd', external: string[]): Promise<void> {
  await esbuild.build({
    absWorkingDir: ROOT,
    entryPoints: { [name]: `tests/bench/runtimes/${name}.ts` },
    outdir: BUNDLES,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    platform: condition === 'browser' ? 'browser' : 'neutral',
    mainFields: ['module', 'main'],
    conditions: [condition],
    external,
    logLevel: 'warning',
  })
}

// Builds everything under dist/: kernels, library bundles, CLI, playground. Run by setup.mjs.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as esbuild from 'esbuild'
import { buildWasm } from '../wasm/build.mjs'
import { buildPlayground } from '../worker/playground/build.mjs'
import { root } from './setup.mjs'

const common = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  target: 'es2022',
  sourcemap: true,
  logLevel: 'warning',
}

const cli = {
  outdir: 'dist/cli',
  platform: 'node',
  conditions: ['node'],
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);",
  },
}

/** The server needs all of zod, the solver a tenth of it; in one build every `hrm solve` would load what they share. */
const serverApart = {
  name: 'server-apart',
  setup(build) {
    build.onResolve({ filter: /serve-command\.ts$/ }, () => ({ path: './serve-command.js', external: true }))
  },
}

/** One folder a runtime; all of them are two folders below the root, which src/platform/ counts on. */
const bundles = [
  { entryPoints: ['src/index.ts'], outdir: 'dist/node', platform: 'node', conditions: ['node'] },
  {
    entryPoints: {
      index: 'src/index.ts',
      worker: 'src/browser/index.ts',
      'worker-entry': 'src/browser/worker-entry.ts',
    },
    outdir: 'dist/browser',
    platform: 'browser',
    conditions: ['browser'],
    minify: true,
  },
  {
    entryPoints: ['src/index.ts'],
    outdir: 'dist/workerd',
    platform: 'neutral',
    conditions: ['workerd'],
    external: ['*.wasm', '*.safetensors'],
  },
  { entryPoints: ['src/client/index.ts'], outdir: 'dist/client', platform: 'neutral' },
  {
    ...cli,
    entryPoints: { bin: 'src/cli/bin.ts', 'eval-thread': 'src/cli/eval/eval-thread.ts' },
    splitting: true,
    plugins: [serverApart],
  },
  { ...cli, entryPoints: { 'serve-command': 'src/cli/serve-command.ts' } },
]

await rm(join(root, 'dist'), { recursive: true, force: true })
await buildWasm()
await Promise.all(bundles.map((bundle) => esbuild.build({ ...common, ...bundle })))
await buildPlayground()

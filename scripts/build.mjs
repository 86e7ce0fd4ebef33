// Builds everything under dist/: kernels, library bundles, CLI, playground. Run by setup.mjs.
import { copyFile, mkdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import * as esbuild from 'esbuild'
import { buildWasm } from '../wasm/build.mjs'
import { buildPlayground } from '../worker/playground/build.mjs'
import { copyOrt } from './ort-assets.mjs'
import { root } from './setup.mjs'

const common = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  target: 'es2022',
  logLevel: 'warning',
}

/** Optional peers of the package, which only `hrm-edge/webgpu` imports, and only when it is used. */
const gpuPackages = ['onnxruntime-web', 'webgpu']

const cli = {
  outdir: 'dist/cli',
  platform: 'node',
  conditions: ['node'],
  external: gpuPackages,
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

/** What people import, by the name under which they do. */
const subpaths = {
  index: 'src/index.ts',
  worker: 'src/threads/index.ts',
  wasm: 'src/wasm/index.ts',
  client: 'src/client/index.ts',
}

/** wrangler and the like take a `.bin` file for data without being told, and would not know a `.safetensors`. */
const weightsAsBin = {
  name: 'weights-as-bin',
  setup(build) {
    build.onResolve({ filter: /\.safetensors$/ }, async ({ path, resolveDir }) => {
      const name = `${basename(path, '.safetensors')}.bin`
      await mkdir(join(root, 'dist/workerd'), { recursive: true })
      await copyFile(join(resolveDir, path), join(root, 'dist/workerd', name))
      return { path: `./${name}`, external: true }
    })
  },
}

/**
 * One folder a runtime; all of them are two folders below the root, which src/platform/ counts on. Split, so that
 * `HrmError` is the same class whichever of them it was imported from.
 */
const runtime = { splitting: true, chunkNames: 'chunk-[hash]' }
const bundles = [
  {
    ...runtime,
    entryPoints: { ...subpaths, 'worker-entry': 'src/threads/node-entry.ts', webgpu: 'src/webgpu/node.ts' },
    external: gpuPackages,
    outdir: 'dist/node',
    platform: 'node',
    conditions: ['node'],
  },
  {
    ...runtime,
    entryPoints: {
      ...subpaths,
      'worker-entry': 'src/threads/web-entry.ts',
      webgpu: 'src/webgpu/browser.ts',
      rpc: 'src/client/rpc.ts', // hardly more than types, the same everywhere
    },
    external: gpuPackages,
    outdir: 'dist/browser',
    platform: 'browser',
    conditions: ['browser'],
    minify: true,
  },
  {
    ...runtime,
    entryPoints: subpaths,
    outdir: 'dist/workerd',
    platform: 'neutral',
    conditions: ['workerd'],
    external: ['*.wasm'],
    plugins: [weightsAsBin],
  },
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
await copyOrt()

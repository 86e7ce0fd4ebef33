// Builds everything under dist/: kernels, library bundles, CLI, playground. Run by setup.mjs.
import { copyFile, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import * as esbuild from 'esbuild'
import { buildWasm } from '../wasm/build.mjs'
import { buildPlayground } from '../worker/playground/build.mjs'
import { copyOrt } from './ort-assets.mjs'
import { buildStamp, root } from './setup.mjs'

const dist = join(root, 'dist')

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

/** Tells the time by the clock of the file system, and that no build is whole. */
async function begin() {
  await mkdir(dist, { recursive: true })
  await writeFile(buildStamp, '')
  return (await stat(buildStamp)).ctimeMs
}

/** Deletes what earlier builds left. The time when a file was put here: a copy may keep the other one. */
async function removeOlder(start) {
  for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name)
    if (!entry.isDirectory() && (await stat(file)).ctimeMs < start) await rm(file)
  }
}

// Folders stay, and files until those of this build are there: `wrangler dev` watches them.
const start = await begin()
await buildWasm()
await Promise.all(bundles.map((bundle) => esbuild.build({ ...common, ...bundle })))
await buildPlayground()
await copyOrt()
await removeOlder(start)

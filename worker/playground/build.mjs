// Builds the page served at `/` into dist/playground/. Every file but index.html and the service worker carries a hash of
// its content in its name, so that it can be cached for ever.
import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as esbuild from 'esbuild'

const here = fileURLToPath(new URL('.', import.meta.url))
const root = join(here, '../..')
const outdir = join(root, 'dist/playground')

const common = {
  absWorkingDir: root,
  bundle: true,
  write: false,
  minify: true,
  format: 'esm',
  target: 'es2022',
  platform: 'browser',
  conditions: ['browser'],
  logLevel: 'warning',
}

/** Needs the kernels in dist/wasm and the weights in model/weights. */
export async function buildPlayground() {
  await mkdir(outdir, { recursive: true })
  const weights = await Promise.all(
    ['sudoku', 'maze'].map(async (task) => [
      task,
      hashOf(await readFile(join(root, `model/weights/${task}.safetensors`))),
    ]),
  )
  const worker = await emit(
    'worker.js',
    await bundle('worker/playground/worker-entry.ts', { plugins: [emittedAssets] }),
  )
  const define = { WORKER_FILE: JSON.stringify(worker), WEIGHTS_SHA256: JSON.stringify(Object.fromEntries(weights)) }
  const gpu = await emit('gpu.js', await bundle('worker/playground/gpu-entry.ts', { define, plugins: [emittedAssets] }))
  const measure = await emit(
    'measure.js',
    await bundle('worker/playground/measure/measure-entry.ts', { plugins: [emittedAssets] }),
  )
  const maze = await emit(
    'maze.js',
    await bundle('worker/playground/maze/maze-entry.ts', { loader: { '.html': 'text' } }),
  )
  const mazeStyle = await emit('maze.css', await bundle('worker/playground/maze/maze.css'))
  Object.assign(define, {
    GPU_FILE: JSON.stringify(gpu),
    MEASURE_FILE: JSON.stringify(measure),
    MAZE_FILE: JSON.stringify(maze),
    MAZE_STYLE: JSON.stringify(mazeStyle),
  })
  const script = await emit('app.js', await bundle('worker/playground/main.ts', { define }))
  const style = await emit('style.css', await bundle('worker/playground/style.css'))
  const icon = await emit('icon.svg', await readFile(join(here, 'icon.svg')))
  const manifest = await emit('manifest.json', fillIn(await readFile(join(here, 'manifest.json'), 'utf8'), { icon }))
  const page = fillIn(await readFile(join(here, 'index.html'), 'utf8'), { script, style, icon, manifest })
  await writeFile(join(outdir, 'index.html'), page)
  // Without a network there is no ONNX Runtime either: the GPU is left out.
  const files = [...emitted].filter((name) => ![gpu, measure].includes(name)).sort()
  const forMazes = files.filter((name) => name.startsWith('maze-'))
  const kept = {
    FILES: JSON.stringify(files.map((name) => `./${name}`)),
    LATER: JSON.stringify(forMazes.map((name) => `./${name}`)),
    VERSION: JSON.stringify(hashOf(page + files).slice(0, 10)),
  }
  await writeFile(
    join(outdir, 'service-worker.js'),
    await bundle('worker/playground/service-worker.ts', { define: kept }),
  )
}

const fillIn = (text, names) => text.replaceAll(/\{\{(\w+)\}\}/g, (_, name) => names[name])

async function bundle(entry, options = {}) {
  const { outputFiles } = await esbuild.build({ ...common, entryPoints: [entry], ...options })
  return outputFiles[0].contents
}

const emitted = new Set()

/** Writes a file under its name with a hash. @returns that name */
async function emit(name, contents) {
  const [stem, extension] = name.split(/\.(?=[^.]+$)/)
  const hashed = `${stem}-${hashOf(contents).slice(0, 10)}.${extension}`
  await writeFile(join(outdir, hashed), contents)
  emitted.add(hashed)
  return hashed
}

function hashOf(contents) {
  return createHash('sha256').update(contents).digest('hex')
}

/** Puts kernels and weights beside the worker: `new URL('...', import.meta.url)` of the platform gets their new names. */
const emittedAssets = {
  name: 'emitted-assets',
  setup(build) {
    build.onLoad({ filter: /src[\\/]platform[\\/]shipped-files\.ts$/ }, async ({ path }) => {
      let contents = await readFile(path, 'utf8')
      const files = [...contents.matchAll(/new URL\('(\.\.\/[^']+)', import\.meta\.url\)/g)]
      if (files.length === 0) throw new Error(`${path} names no kernels and weights in the form expected here`)
      for (const [, file] of files) {
        const asset = fileURLToPath(new URL(file, new URL('../../src/platform/', import.meta.url)))
        contents = contents.replace(file, `./${await emit(basename(asset), await readFile(asset))}`)
      }
      return { contents, loader: 'ts' }
    })
  },
}

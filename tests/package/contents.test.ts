import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { createProject, type Project, repository, run } from './project.ts'

const KIB = 1024
const KERNEL_BUDGET = 64 * KIB
/** Of the library minified and gzipped, without kernels and weights; and of an app that uses `createSolver` alone. */
const SCRIPT_BUDGET = 60 * KIB

let project: Project
let installed: string
beforeAll(async () => {
  project = await createProject({
    'app.js': "import { createSolver } from 'hrm-edge'\ncreateSolver().then((solver) => solver.solve(location.hash))",
    'nothing.js': ["'hrm-edge'", "'hrm-edge/worker'", "'hrm-edge/wasm'", "'hrm-edge/webgpu'", "'hrm-edge/client'"]
      .map((name) => `import ${name}`)
      .join('\n'),
  })
  installed = join(project.folder, 'node_modules/hrm-edge')
})
afterAll(() => project?.remove())

async function bundle(entry: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [join(project.folder, entry)],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    write: false,
    outdir: project.folder,
    loader: { '.wasm': 'file', '.safetensors': 'file' },
    // The optional peer of hrm-edge/webgpu, which this project has not installed.
    external: ['onnxruntime-web'],
    // Side-effect imports of modules without side effects: what is asked for here.
    logOverride: { 'ignored-bare-import': 'silent' },
  })
  return outputFiles[0].contents
}

const gzipped = (bytes: Uint8Array) => gzipSync(bytes, { level: 9 }).length

describe('what is packed', () => {
  test('is what runs, and nothing else', async () => {
    const files = await readdir(installed, { recursive: true, withFileTypes: true })
    const paths = files
      .filter((file) => file.isFile())
      .map((file) => join(file.parentPath, file.name).slice(installed.length + 1))
    const kinds = new Set(paths.map((path) => path.replace(/[^/]+(?=\.\w+$)/, '*')))
    expect([...kinds].sort()).toEqual(
      [
        '*.json',
        '*.md',
        'LICENSE',
        'dist/browser/*.js',
        'dist/cli/*.js',
        'dist/node/*.js',
        'dist/playground/*.css',
        'dist/playground/*.html',
        'dist/playground/*.js',
        'dist/playground/*.json',
        'dist/playground/*.safetensors',
        'dist/playground/*.svg',
        'dist/playground/*.wasm',
        'dist/types/*.ts',
        'dist/wasm/*.wasm',
        'dist/workerd/*.bin',
        'dist/workerd/*.js',
        'docs/*.md',
        'model/weights/*.safetensors',
      ].sort(),
    )
    expect(paths.filter((path) => path.startsWith('dist/wasm/')).sort()).toEqual([
      'dist/wasm/relaxed.wasm',
      'dist/wasm/simd128.wasm',
    ])
  })

  test('has every page that README and docs link to, but for what the repository alone has', async () => {
    const pages = (await readdir(installed, { recursive: true })).filter((name) => /^(docs\/)?\w+\.md$/.test(name))
    const lacking = new Set<string>()
    for (const page of pages) {
      const text = await readFile(join(installed, page), 'utf8')
      for (const [, path] of text.matchAll(/\]\((?!\w+:|#)([^)#\s]+)/g)) {
        const target = join(dirname(page), path)
        if (!existsSync(join(installed, target))) lacking.add(target)
      }
    }
    expect(pages).toContain('README.md')
    expect([...lacking].sort()).toEqual([
      'CONTRIBUTING.md',
      'etc',
      'examples',
      'examples/own-puzzle',
      'examples/own-puzzle/README.md',
      'model/README.md',
    ])
  })

  test('names no source maps, which are not in it', async () => {
    for (const folder of ['browser', 'node', 'workerd', 'cli'].map((name) => join(installed, 'dist', name))) {
      for (const name of await readdir(folder)) {
        if (name.endsWith('.js')) expect(await readFile(join(folder, name), 'utf8')).not.toContain('sourceMappingURL')
      }
    }
  })

  test.each(['node', 'browser'])('names its own files in %s as bundlers follow them', async (runtime) => {
    const folder = join(installed, 'dist', runtime)
    const named: string[] = []
    for (const script of (await readdir(folder)).filter((file) => file.endsWith('.js'))) {
      const text = await readFile(join(folder, script), 'utf8')
      // All of them literals: Next builds no app with another, and webpack copies whole folders for it.
      for (const [, name] of text.matchAll(/new URL\(([^()]*),\s*import\.meta\.url\)/g)) {
        const [, file] = /^["']([^"']+)["']$/.exec(name) ?? expect.fail(`${script} names ${name}`)
        expect(existsSync(join(folder, file)) || `${script} names ${file}, which is not there`).toBe(true)
        named.push(basename(file))
      }
    }
    const kernelsAndWeights = ['maze.safetensors', 'relaxed.wasm', 'simd128.wasm', 'sudoku.safetensors']
    expect(named.sort()).toEqual([...kernelsAndWeights, 'worker-entry.js'])
  })

  test('starts its thread in Node by the one expression that webpack follows', async () => {
    const text = await readFile(join(installed, 'dist/node/worker.js'), 'utf8')
    expect(text).toMatch(/import \{ Worker \} from ["']worker_threads["']/)
    expect(text).toMatch(/new Worker\(new URL\(["'].\/worker-entry.js["'], import.meta.url\)\)/)
  })

  test('needs no other package, but for WebGPU and the types of Hono', async () => {
    const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'))
    const { dependencies, peerDependencies, peerDependenciesMeta } = manifest
    expect(dependencies).toBeUndefined()
    expect(Object.keys(peerDependencies)).toEqual(['hono', 'onnxruntime-web', 'webgpu'])
    for (const name of Object.keys(peerDependencies)) expect(peerDependenciesMeta[name]).toEqual({ optional: true })
  })

  test('names them nowhere but in hrm-edge/webgpu and the command line', async () => {
    const files = await readdir(join(installed, 'dist'), { recursive: true })
    const naming: string[] = []
    for (const file of files.filter((name) => name.endsWith('.js'))) {
      const text = await readFile(join(installed, 'dist', file), 'utf8')
      if (/import\(["'](onnxruntime-web|webgpu)/.test(text)) naming.push(file)
    }
    expect(naming.filter((file) => !file.startsWith('cli/')).sort()).toEqual(['browser/webgpu.js', 'node/webgpu.js'])
  })

  test('satisfies publint', async () => {
    const { messages, pkg } = await publint({ pkgDir: installed, strict: true })
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([])
  })

  test('has types that resolve everywhere ES modules do', async () => {
    // Throws with attw's table otherwise.
    await run('attw', [inject('tarball'), '--profile', 'esm-only'], repository)
  })
})

describe('sizes', () => {
  test.each(['relaxed', 'simd128'])(`the ${'%s'} kernels stay below ${KERNEL_BUDGET / KIB} KiB`, async (name) => {
    const { length } = await readFile(join(installed, `dist/wasm/${name}.wasm`))
    console.info(`${name}.wasm: ${length} bytes`)
    expect(length).toBeLessThan(KERNEL_BUDGET)
  })

  test(`the whole library stays below ${SCRIPT_BUDGET / KIB} KiB gzipped`, async () => {
    const folder = join(installed, 'dist/browser')
    const scripts = (await readdir(folder)).filter((name) => name.endsWith('.js'))
    const sizes = await Promise.all(scripts.map(async (name) => gzipped(await readFile(join(folder, name)))))
    const total = sizes.reduce((sum, size) => sum + size, 0)
    console.info(`library, all sub-paths: ${total} bytes gzipped in ${sizes.length} scripts`)
    expect(sizes.length).toBeGreaterThan(4)
    expect(total).toBeLessThan(SCRIPT_BUDGET)
  })

  test(`an app that uses createSolver alone stays below ${SCRIPT_BUDGET / KIB} KiB gzipped`, async () => {
    const size = gzipped(await bundle('app.js'))
    console.info(`app: ${size} bytes gzipped`)
    expect(size).toBeGreaterThan(10 * KIB)
    expect(size).toBeLessThan(SCRIPT_BUDGET)
  })

  test('modules that are imported and not used leave nothing behind: no side effects', async () => {
    expect(new TextDecoder().decode(await bundle('nothing.js')).trim()).toBe('')
  })
})

describe('the API', () => {
  const entries = ['index', 'worker', 'wasm', 'webgpu', 'client', 'rpc']

  test('is the one in etc/, and every type that it names is exported', () => {
    expect(inject('apiComplaints')).toEqual([])
  })

  test.each(entries)('%s: every export is explained, with an example', async (entry) => {
    const declarations = await readFile(join(installed, `dist/types/${entry}.d.ts`), 'utf8')
    const exported = [...declarations.matchAll(/^(\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)?export declare \w+ (\w+)/gm)]
    expect(exported.length).toBeGreaterThan(3)
    const lacking = exported.filter(([, comment = '']) => {
      const [words, example] = comment.split('@example')
      return !/\w/.test(words) || !/\w/.test(example ?? '')
    })
    expect(lacking.map(([, , name]) => name)).toEqual([])
  })
})

import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectHrmError, expectHrmRejection } from '../../tests/helpers/errors.ts'
import { createSolver } from '../index.ts'
import { toWire } from '../threads/wire-options.ts'
import { compileKernels, type KernelSource, kernelUrl, weightsUrl } from './index.ts'
import { createKernelLoader } from './kernel-sources.ts'

const BOARD = '53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hrm-kernels-'))
  for (const build of ['relaxed', 'simd128'] as const) await copyFile(kernelUrl(build), join(folder, `${build}.wasm`))
  await writeFile(join(folder, 'no.wasm'), 'not WebAssembly')
})
afterAll(() => rm(folder, { recursive: true }))

const path = (name: string) => join(folder, name)

describe('kernelUrl and weightsUrl', () => {
  it('name files that are there', async () => {
    expect((await readFile(kernelUrl('relaxed'))).subarray(0, 4)).toEqual(Buffer.from('\0asm'))
    expect((await readFile(kernelUrl('simd128'))).subarray(0, 4)).toEqual(Buffer.from('\0asm'))
    const solver = await createSolver({ weights: weightsUrl('sudoku') })
    expect(solver.task).toBe('sudoku')
    solver.dispose()
  })

  it('refuse what there is not', () => {
    expectHrmError(() => kernelUrl('neon' as never), 'option_invalid', '"neon"')
    for (const build of [Symbol(), Object.create(null), ['relaxed']]) {
      expectHrmError(() => kernelUrl(build as never), 'option_invalid', 'build is')
    }
    expectHrmError(() => weightsUrl('chess' as never), 'task_unknown', '"chess"')
    expectHrmError(() => weightsUrl(1n as never), 'task_unknown', '1n')
  })
})

describe('kernels', () => {
  const forms: [string, (build: 'relaxed' | 'simd128') => Promise<KernelSource> | KernelSource][] = [
    ['a path', (build) => path(`${build}.wasm`)],
    ['a URL', (build) => pathToFileURL(path(`${build}.wasm`))],
    ['text of a URL', (build) => pathToFileURL(path(`${build}.wasm`)).href],
    ['bytes', (build) => readFile(path(`${build}.wasm`))],
    ['an ArrayBuffer', async (build) => new Uint8Array(await readFile(path(`${build}.wasm`))).buffer],
    ['a module', async (build) => WebAssembly.compile(await readFile(path(`${build}.wasm`)))],
  ]

  it.each(forms)('can be %s, and solve the same', async (_, form) => {
    const [own, ours] = await Promise.all([
      createSolver({ backend: 'wasm', kernels: { relaxed: await form('relaxed'), simd128: await form('simd128') } }),
      createSolver({ backend: 'wasm' }),
    ])
    expect(await own.solve(BOARD)).toEqual(await ours.solve(BOARD))
    own.dispose()
    ours.dispose()
  })

  it('fail loudly where they cannot be read: no silent change to the slow engine', async () => {
    const missing = { relaxed: path('none.wasm'), simd128: path('none.wasm') }
    await expectHrmRejection(createSolver({ kernels: missing }), 'engine_fetch', 'none.wasm')
    const wrong = { relaxed: path('no.wasm'), simd128: path('no.wasm') }
    await expectHrmRejection(createSolver({ kernels: wrong }), 'engine_fetch', 'kernels could not be loaded')
  })

  it.each(['relaxed', 'simd128'] as const)('fail by name where the %s ones are another module', async (build) => {
    const loader = createKernelLoader({ [build]: kernelUrl(build === 'relaxed' ? 'simd128' : 'relaxed') })
    await expectHrmRejection(loader(build), 'engine_fetch', `the ${build} kernels could not be loaded`)
    const empty = new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0))
    await expectHrmRejection(createSolver({ kernels: { relaxed: empty, simd128: empty } }), 'engine_fetch', 'kernels')
  })

  it.each([null, 5, 'x', { relaxd: 'relaxed.wasm' }])('are no %j', async (kernels) => {
    await expectHrmRejection(createSolver({ kernels: kernels as never }), 'option_invalid', /the kernels are|"relaxd"/)
    await expectHrmRejection(toWire({ kernels: kernels as never }), 'option_invalid', /the kernels are|"relaxd"/)
    await expectHrmRejection(compileKernels(kernels as never), 'option_invalid')
    await expectHrmRejection(compileKernels({}, { signal: kernels ?? 5 } as never), 'option_invalid', 'signal must be')
  })

  it('are compiled once for many solvers', async () => {
    const kernels = await compileKernels()
    expect(Object.values(kernels)).toEqual([expect.any(WebAssembly.Module)])
    const solvers = await Promise.all([createSolver({ kernels }), createSolver({ kernels })])
    const results = await Promise.all(solvers.map((solver) => solver.solve(BOARD)))
    expect(results[0].status).toBe('solved')
    expect(results[1]).toEqual(results[0])
    for (const solver of solvers) solver.dispose()
    await expectHrmRejection(compileKernels({ relaxed: path('no.wasm'), simd128: path('no.wasm') }), 'engine_fetch')
  })
})

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createProject, type Project, repository } from './project.ts'

const CONSUMER = `
import { createSolver, HrmError, type HrmErrorCode, type Solver, type SolveStep } from 'hrm-edge'
import type { CreateSolverOptions, HrmErrorOptions, KernelSources, SolveBatchOptions } from 'hrm-edge'
import { createSolver as createWorkerSolver, type CreateWorkerSolverOptions } from 'hrm-edge/worker'
import { compileKernels, type CompileKernelsOptions, kernelUrl } from 'hrm-edge/wasm'
import relaxed from 'hrm-edge/wasm/relaxed.wasm'
import simd128 from 'hrm-edge/wasm/simd128.wasm'
import sudoku from 'hrm-edge/weights/sudoku.safetensors'
import { webgpu, type Fallback, type WebGpuOptions } from 'hrm-edge/webgpu'
import { createClient, HrmHttpError, type Problem } from 'hrm-edge/client'
import type { BatchOptions, ClientOptions, HrmHttpErrorOptions, JobOptions, WaitOptions } from 'hrm-edge/client'

type Options = CreateSolverOptions & CreateWorkerSolverOptions & SolveBatchOptions & KernelSources &
  CompileKernelsOptions & WebGpuOptions & HrmErrorOptions &
  BatchOptions & ClientOptions & HrmHttpErrorOptions & JobOptions & WaitOptions
declare const unset: { [Option in keyof Options]-?: undefined }
const asIfNotGiven: Options = unset
// @ts-expect-error a worker has no WebGPU
await createWorkerSolver({ backend: 'webgpu' })

const kernels = await compileKernels({ relaxed: kernelUrl('relaxed') })
const options: CreateWorkerSolverOptions = { kernels, task: 'sudoku', onProgress: ({ loaded }) => loaded.toFixed() }
const onFallback = ({ reason, error }: Fallback) => console.warn(reason === 'device_lost', error.code)
await createSolver({ weights: sudoku, kernels: { relaxed, simd128 } })
await createSolver({ ...options, backend: 'webgpu', webgpu: webgpu({ wasmPaths: '/ort/' }), onFallback })
const solvers: Solver[] = [await createSolver(options), await createWorkerSolver(options)]
for (const solver of solvers) {
  const steps: AsyncGenerator<SolveStep> = solver.steps('.'.repeat(81), { maxSteps: 3 })
  for await (const { confidence } of steps) confidence.at(-1)?.toFixed()
  const { status, solution } = await solver.solve('.'.repeat(81))
  // @ts-expect-error an unsolved board has no solution
  solution.length
  if (status === 'solved') solution.length
  const [result] = await solver.solveBatch(['.'.repeat(81)])
  const answer: string | undefined = result?.status === 'solved' ? result.solution : undefined
  // @ts-expect-error an unsolved board has none
  if (result?.status === 'unsolved') result.solution.concat(answer ?? '')
}
{
  using disposed = await createSolver()
  using inWorker = await createWorkerSolver()
  await Promise.all([disposed, inWorker].map((solver) => solver.solve('')))
}
// @ts-expect-error a promise is no kernel yet
await compileKernels({ relaxed: Promise.resolve('/relaxed.wasm') })
// @ts-expect-error what a solver says of its model is not for changing
solvers[0]!.model.config.task.rows = 3
try {
  await createClient('http://localhost').solve('sudoku', '')
} catch (error) {
  const code: HrmErrorCode | undefined = error instanceof HrmError ? error.code : undefined
  const problem: Problem | undefined = error instanceof HrmHttpError ? error.problem : undefined
  // @ts-expect-error the codes are a closed list
  if (code === 'no_such_code') console.log(problem)
}
`

const RPC_CONSUMER = `
import { hc } from 'hono/client'
import type { HrmEdgeApp, Problem, SolveResult } from 'hrm-edge/rpc'

const client = hc<HrmEdgeApp>('http://localhost')
const response = await client.v1.solve.$post({ json: { task: 'sudoku', board: '' } })
const answer: SolveResult | Problem = await response.json()
if (response.status === 200) {
  const { status, solution }: SolveResult = await response.json()
  // @ts-expect-error an unsolved board has no solution
  solution.length
  if (status === 'solved') solution.length
}
// @ts-expect-error there is no such route
client.v1.solved
`

let project: Project
let withHono: Project
let forNode: Project
beforeAll(async () => {
  project = await createProject({ 'consumer.ts': CONSUMER })
  withHono = await createProject({ 'rpc.ts': RPC_CONSUMER }, ['hono'])
  forNode = await createProject({ 'consumer.ts': CONSUMER }, ['@types/node', 'undici-types'])
})
afterAll(async () => {
  await project?.remove()
  await withHono?.remove()
  await forNode?.remove()
})

test('type-check in a project for Node alone, which has no types of the DOM', async () => {
  const options = { moduleResolution: 'nodenext', module: 'nodenext', target: 'es2023', lib: 'es2023', types: 'node' }
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])
  expect(await forNode.run('tsc', '--noEmit', '--strict', ...flags, 'consumer.ts')).toBe('')
})

test.each([
  ['nodenext', 'nodenext'],
  ['bundler', 'esnext'],
])('type-check under --moduleResolution %s, libraries included', async (moduleResolution, module) => {
  const options = { moduleResolution, module, target: 'es2023', lib: 'es2024,dom,dom.iterable,dom.asynciterable' }
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])
  // tsc fails, and with it this test, on any error.
  const check = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--types', '', ...flags]
  expect(await project.run('tsc', ...check, 'consumer.ts')).toBe('')
  expect(await withHono.run('tsc', ...check, 'rpc.ts')).toBe('')
})

test('type-check in the Worker of docs/deploy.md, as it stands there', async () => {
  const [, section] = (await readFile(join(repository, 'docs/deploy.md'), 'utf8')).split('A Worker of your own')
  const blocks = section.split('\n### ')[0].matchAll(/```ts\n([\s\S]*?)```/g)
  const files = Object.fromEntries([...blocks].map(([, text], i) => [`${i}.ts`, text]))
  const own = await createProject(files)
  try {
    const options = { moduleResolution: 'bundler', module: 'esnext', target: 'es2023', lib: 'es2024,webworker' }
    const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])
    expect(Object.values(files).join()).toContain('./paths.safetensors')
    expect(await own.run('tsc', '--noEmit', '--strict', '--types', '', ...flags, ...Object.keys(files))).toBe('')
  } finally {
    await own.remove()
  }
})

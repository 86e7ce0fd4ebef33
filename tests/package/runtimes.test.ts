import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BOARD, createProject, type Project, repository, SOLUTION } from './project.ts'

/** The README's example, and that all sub-paths work together. */
const SCRIPT = `
import { createSolver, HrmError } from 'hrm-edge'
import { createSolver as createThreads } from 'hrm-edge/worker'
import { createClient, HrmError as ClientError } from 'hrm-edge/client'
import { HrmError as WasmError, weightsUrl } from 'hrm-edge/wasm'

const solver = await createSolver({ task: 'sudoku' })
const result = await solver.solve('${BOARD}')
const steps = []
for await (const { step, confidence, qHalt } of solver.steps('${BOARD}')) steps.push([step, confidence, qHalt])
const refusal = await solver.solve('55' + '.'.repeat(79)).catch((error) => error)
solver.dispose()
createClient('http://localhost')
const threads = await createThreads({ workers: 2, slots: 2 })
const batch = await threads.solveBatch(Array(10).fill('${BOARD}'))
threads.dispose()
console.log(JSON.stringify({
  result,
  steps,
  batch,
  backend: solver.backend,
  refused: refusal instanceof HrmError && refusal.code,
  oneClass: HrmError === ClientError && HrmError === WasmError,
  weights: weightsUrl('sudoku').pathname.split('/').pop(),
}))
`

/** bun's own package finds its binary by a script that is not run here. */
async function findBun(): Promise<string> {
  const scope = join(repository, 'node_modules/@oven')
  const candidates = (await readdir(scope).catch(() => [])).map((name) => join(scope, name, 'bin/bun'))
  return [...candidates, join(repository, 'node_modules/.bin/bun')].find((path) => existsSync(path))!
}

let project: Project
let fromNode: string
beforeAll(async () => {
  project = await createProject({ 'solve.js': SCRIPT })
  fromNode = await project.run('node', 'solve.js')
})
afterAll(() => project?.remove())

test('Node solves the board', () => {
  const { result, steps, batch, ...rest } = JSON.parse(fromNode)
  expect(result).toMatchObject({ status: 'solved', solution: SOLUTION, verified: true })
  expect(steps.length).toBe(result.steps)
  expect(batch).toEqual(Array(10).fill(result))
  expect(rest).toEqual({
    backend: 'wasm',
    refused: 'board_conflict',
    oneClass: true,
    weights: 'sudoku.safetensors',
  })
})

test('Node takes the other weights of the package, by where they resolve to', async () => {
  const script = `
import { createSolver } from 'hrm-edge'
import { createSolver as createThreads } from 'hrm-edge/worker'
const file = import.meta.resolve('hrm-edge/weights/sudoku-1k.safetensors')
using here = await createSolver({ weights: new URL(file) })
using there = await createThreads({ weights: file })
console.log(JSON.stringify([await here.solve('${BOARD}'), await there.solve('${BOARD}')]))
`
  await writeFile(join(project.folder, 'other.js'), script)
  const other = { solution: SOLUTION, model: 'sudoku-d32-1k' }
  expect(JSON.parse(await project.run('node', 'other.js'))).toMatchObject([other, other])
})

describe('the same bits come from', () => {
  test('Deno', async () => {
    expect(await project.run('deno', 'run', '--allow-read', '--node-modules-dir=manual', 'solve.js')).toBe(fromNode)
  })

  test('Bun, whose engine is not V8', async () => {
    expect(await project.run(await findBun(), 'solve.js')).toBe(fromNode)
  })
})

describe('a server bundled without the package gives the same', () => {
  test.each([
    ['esbuild', ['solve.js', '--bundle', '--platform=node', '--format=esm', '--external:hrm-edge', '--outdir=dist']],
    ['vite', ['build', '--ssr', 'solve.js', '--logLevel', 'warn']],
  ])('%s', async (bundler, args) => {
    await project.run(bundler, ...args)
    expect(await project.run('node', 'dist/solve.js')).toBe(fromNode)
    await rm(join(project.folder, 'dist'), { recursive: true })
  })
})

test('the service and the playground that the package brings', async () => {
  const child = spawn(process.execPath, ['node_modules/.bin/hrm', 'serve', '--port', '0'], { cwd: project.folder })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  try {
    const origin = await new Promise<string>((resolve, reject) => {
      child.stderr.on('data', (chunk) => {
        const address = /http:\/\/\S+/.exec(String(chunk))
        if (address) resolve(address[0])
      })
      ended.then(() => reject(new Error('it ended')))
    })
    expect(await (await fetch(origin)).text()).toContain('<title>hrm-edge')
    const body = JSON.stringify({ task: 'sudoku', board: BOARD })
    const headers = { 'Content-Type': 'application/json' }
    const response = await fetch(`${origin}/v1/solve`, { method: 'POST', headers, body })
    expect(await response.json()).toMatchObject({ status: 'solved', solution: SOLUTION })
  } finally {
    child.kill()
    await ended
  }
})

test('the command that the package installs', async () => {
  const printed = await project.run('node_modules/.bin/hrm', 'solve', 'sudoku', BOARD, '--json')
  expect(JSON.parse(printed)).toMatchObject({ status: 'solved', solution: SOLUTION })
})

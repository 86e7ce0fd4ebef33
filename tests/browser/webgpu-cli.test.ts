import { expect, test, vi } from 'vitest'
import { webgpu } from '../../src/webgpu/node.ts'
import { serve } from '../../worker/node.ts'
import { documentOf, hrm } from '../cli/hrm.ts'
import { PUZZLES_4X4 } from '../helpers/boards.ts'
import { CANDIDATES } from '../helpers/configs.ts'
import { draftOf, writeFile } from '../helpers/weights-file.ts'

// WebGPU in Node by the packages webgpu and onnxruntime-web, as `hrm` and a server use it.

// The software adapter compiles shaders for seconds, and a machine that does other things takes minutes over it.
vi.setConfig({ testTimeout: 400_000 })

const [[BOARD]] = PUZZLES_4X4

test('hrm solve --backend webgpu runs on the GPU and ends by itself', async () => {
  const weights = 'tests/golden/candidates-4x4.weights.safetensors'
  const run = await hrm([
    'solve',
    'sudoku',
    BOARD,
    '--weights',
    weights,
    '--backend',
    'webgpu',
    '--max-steps',
    '2',
    '--json',
  ])
  expect(documentOf(run)).toMatchObject({ status: 'unsolved', steps: 2 })
  expect(run.stderr).not.toContain('Going on with')
  expect(run.code).toBe(1)
})

test('a server solves single boards and batches there, several requests at once', async () => {
  const told: string[] = []
  const server = await serve({
    port: 0,
    log: () => {},
    solver: {
      weights: writeFile(draftOf(CANDIDATES, 1)),
      backend: 'webgpu',
      webgpu: webgpu(),
      onFallback: ({ reason }) => told.push(reason),
    },
  })
  const post = async (path: string, body: object) => {
    const response = await fetch(`http://127.0.0.1:${server.port}/v1/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ task: 'sudoku', maxSteps: 2, ...body }),
    })
    return response.json() as Promise<{ steps: number; results: { steps: number }[] }>
  }
  try {
    const [one, other, batch] = await Promise.all([
      post('solve', { board: BOARD }),
      post('solve', { board: PUZZLES_4X4[1][0] }),
      post('solve/batch', { boards: PUZZLES_4X4.slice(0, 2).map(([board]) => board), maxSteps: 4 }),
    ])
    expect([one.steps, other.steps]).toEqual([2, 2])
    // The boards of a batch share its budget.
    expect(batch.results.map(({ steps }) => steps)).toEqual([2, 2])
    expect(told).toEqual([])
  } finally {
    await server.close()
  }
})

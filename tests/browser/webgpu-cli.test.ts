import { expect, test, vi } from 'vitest'
import { documentOf, hrm } from '../cli/hrm.ts'
import { PUZZLES_4X4 } from '../helpers/boards.ts'

// WebGPU in Node by the packages webgpu and onnxruntime-web, as `hrm solve` uses it; webgpu-serve.test.ts has `hrm serve`.

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

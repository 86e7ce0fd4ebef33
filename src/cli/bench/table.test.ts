import { expect, test } from 'vitest'
import { describeBench } from './table.ts'

const REPORT = {
  machine: { cpu: 'Test CPU (x64)', cores: 2, memory_gb: 8, os: 'linux 6' },
  runtime: 'node 26, wasm relaxed',
  gemm: [{ shape: '82x512x1536', ours_gops: 200.04, ort_web_f32_gops: null, ort_web_int8_gops: 80 }],
  step: [{ model: 'm', batch: 1, ours_ms: 2, ort_web_best_ms: 10, ort_web_best: 'int8', ratio: 5 }],
  solve: [{ task: 'sudoku', p50_ms: 8, p99_ms: 90.04 }],
  notes: ['something'],
}

test('lines numbers up and shows what was not measured as a dash', () => {
  expect(describeBench(REPORT)).toBe(
    [
      'Test CPU (x64), 2 cores, 8 GB, linux 6',
      'node 26, wasm relaxed, one thread',
      '',
      'int8 GEMM m x k x n   ours GOPS   ort f32   ort int8',
      '82x512x1536               200.0         -       80.0',
      '',
      'one ACT step   boards   ours ms   ort best ms   ratio   ort best is',
      'm                   1      2.00         10.00    5.00          int8',
      '',
      'solve    p50 ms   p99 ms',
      'sudoku      8.0     90.0',
      '',
      'note: something',
    ].join('\n'),
  )
})

test('leaves the products out where none were measured', () => {
  expect(describeBench({ ...REPORT, gemm: [], notes: [] })).not.toContain('GEMM')
})

test('shows batches on a GPU beside those in wasm', () => {
  const batches = [
    { batch: 1, webgpu_boards_per_s: 20, wasm_boards_per_s: 200, ratio: 0.1 },
    { batch: 64, webgpu_boards_per_s: 1000.04, wasm_boards_per_s: 200, ratio: 5 },
  ]
  const webgpu = { adapter: 'a GPU', break_even: 11, batches, left_out: [512] }
  expect(describeBench({ ...REPORT, gemm: [], step: [], solve: [], notes: [], webgpu })).toBe(
    [
      'Test CPU (x64), 2 cores, 8 GB, linux 6',
      'node 26, wasm relaxed, one thread',
      '',
      'adapter: a GPU',
      'boards at once   webgpu boards/s   wasm boards/s   ratio',
      '1                           20.0           200.0    0.10',
      '64                        1000.0           200.0    5.00',
      'webgpu is quicker from 11 boards on',
      'left out, because a step would take over a minute: 512',
    ].join('\n'),
  )
})

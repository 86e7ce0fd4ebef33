import { expect, test } from 'vitest'
import { drive, type RemoteBench } from './drive.ts'

const MACHINE = { cpu: 'Test CPU', cores: 1, memory_gb: 1, os: 'test' }

/** A bench whose sides take fixed times, with a log of what was asked of it. */
function fakeBench(ms: Record<string, number>) {
  const calls: string[] = []
  let names = Object.keys(ms)
  const bench: RemoteBench = {
    describe: async () => ({
      engine: 'wasm fake',
      boards: 2,
      groups: [
        { kind: 'gemm', label: '8x8x8', batch: 1, operations: 1e9 },
        { kind: 'step', label: 'model', batch: 8, operations: 0 },
        { kind: 'step', label: 'model', batch: 64, operations: 0 },
      ],
    }),
    open: async (group, only) => {
      calls.push(`open ${group}`)
      names = Object.keys(ms).filter((name) => name === 'ours' || !only || only.includes(name))
      return { sides: names, notes: [`note ${group}`] }
    },
    time: async (side, runs) => {
      calls.push(names[side])
      return runs * ms[names[side]]
    },
    close: async () => void calls.push('close'),
    solve: async (board) => 10 + board,
  }
  return { bench, calls }
}

test('turns times into GOPS, ratios against the best of the others, and percentiles', async () => {
  const { bench } = fakeBench({ ours: 10, f32: 50, int8: 30, nbits8: 29 })
  const report = await drive(bench, 'test 1', MACHINE, () => {})
  expect(report).toEqual({
    machine: MACHINE,
    runtime: 'test 1, wasm fake',
    gemm: [{ shape: '8x8x8', ours_gops: 100, ort_web_f32_gops: 20, ort_web_int8_gops: 33.3333 }],
    step: [8, 64].map((batch) => ({
      model: 'model',
      batch,
      ours_ms: 10,
      ort_web_best_ms: 29,
      ort_web_best: 'nbits8',
      ratio: 2.9,
    })),
    solve: [{ task: 'sudoku', p50_ms: 10, p99_ms: 11 }],
    notes: ['note 0', 'note 1', 'note 2'],
  })
})

test('works without anyone to compare with', async () => {
  const { bench } = fakeBench({ ours: 10 })
  const { gemm, step } = await drive(bench, 'test 1', MACHINE, () => {})
  expect(gemm[0]).toMatchObject({ ours_gops: 100, ort_web_f32_gops: null, ort_web_int8_gops: null })
  expect(step[0]).toMatchObject({ ours_ms: 10, ort_web_best_ms: null, ort_web_best: null, ratio: null })
})

test('for steps, spends no more time on sides that are far from the best of the others, but always on ours', async () => {
  const { bench, calls } = fakeBench({ ours: 90, f32: 80, int8: 30 })
  const report = await drive(bench, 'test 1', MACHINE, () => {})
  const step = calls.slice(calls.indexOf('open 1'), calls.indexOf('open 2'))
  expect(calls.slice(calls.indexOf('open 2'))).not.toContain('f32')
  const count = (name: string) => step.filter((call) => call === name).length
  expect(count('f32')).toBeLessThan(count('int8'))
  expect(count('ours')).toBeGreaterThan(count('f32'))
  const gemm = calls.slice(0, calls.indexOf('open 1'))
  expect(gemm.filter((call) => call === 'f32').length).toBeGreaterThan(count('f32'))
  expect(step.at(-1)).toBe('close')
  expect(report.gemm[0].ort_web_f32_gops).toBe(12.5)
})

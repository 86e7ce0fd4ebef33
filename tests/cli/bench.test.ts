import { expect, test } from 'vitest'
import { documentOf, hrm } from './hrm.ts'

test('hrm bench times steps and solves, and says what it did not compare', async () => {
  const run = await hrm(['bench', '--json'])
  expect(run.code).toBe(0)
  const report = documentOf(run)
  expect(Object.keys(report)).toEqual(['machine', 'runtime', 'gemm', 'step', 'solve', 'notes'])
  expect(report.step.map((s: { batch: number }) => s.batch)).toEqual([1, 8])
  for (const step of report.step) expect(step).toMatchObject({ ort_web_best_ms: null, ratio: null })
  expect(report.step[0].ours_ms).toBeGreaterThan(0)
  expect(report.step[1].ours_ms).toBeGreaterThan(report.step[0].ours_ms)
  expect(report.solve[0].p99_ms).toBeGreaterThanOrEqual(report.solve[0].p50_ms)
  expect(report.notes.join()).toContain('npm run bench')
})

import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { documentOf, hrm, SMALL_WEIGHTS } from './hrm.ts'

test.skipIf(process.platform === 'win32')('reads the weights once, so they may come through a pipe', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hrm-bench-'))
  const pipe = join(folder, 'weights')
  execFileSync('mkfifo', [pipe])
  const benched = hrm(['bench', '--weights', pipe, '--json'])
  await writeFile(pipe, await readFile(SMALL_WEIGHTS))
  const run = await benched
  await rm(folder, { recursive: true })
  expect({ code: run.code, report: documentOf(run) }).toMatchObject({
    code: 0,
    report: { solve: [{ task: 'sudoku' }] },
  })
})

test('hrm bench times steps and solves, and says what it did not compare', async () => {
  const run = await hrm(['bench', '--json'])
  expect(run.code).toBe(0)
  const report = documentOf(run)
  expect(Object.keys(report)).toEqual(['machine', 'runtime', 'gemm', 'step', 'solve', 'notes'])
  expect(report.step.map((s: { batch: number }) => s.batch)).toEqual([1, 8])
  for (const step of report.step) expect(step).toMatchObject({ ort_web_best_ms: null, ratio: null })
  for (const step of report.step) expect(step.ours_ms).toBeGreaterThan(0)
  expect(report.solve[0].p99_ms).toBeGreaterThanOrEqual(report.solve[0].p50_ms)
  expect(report.notes.join()).toContain('npm run bench')
})

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { SMALLEST } from '../../../tests/helpers/configs.ts'
import { expectHrmRejection } from '../../../tests/helpers/errors.ts'
import { fakeGpu, fakeOrt } from '../../../tests/helpers/fake-gpu.ts'
import { draftOf, writeFile } from '../../../tests/helpers/weights-file.ts'
import { createWebGpu } from '../../webgpu/webgpu.ts'
import { benchCommand } from './command.ts'

vi.mock('../../webgpu/node.ts', () => ({
  webgpu: () => createWebGpu({}, { gpu: async () => fakeGpu(), ort: async () => fakeOrt({}) }),
}))

const folder = mkdtempSync(join(tmpdir(), 'hrm-bench-'))
/** Of another task than Sudoku, whose boards know no dot for a blank. */
const weights = join(folder, 'pair.safetensors')
beforeAll(() => writeFileSync(weights, writeFile(draftOf(SMALLEST, 1))))
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(() => {
  vi.restoreAllMocks()
})

test('on the GPU the weights may be of any task', async () => {
  const printed: string[] = []
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0)
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  expect(await benchCommand({ backend: 'webgpu', weights, json: true })).toBe(0)
  const { webgpu } = JSON.parse(printed.join(''))
  expect(webgpu.adapter).toBe('fake')
  expect(webgpu.batches.map(({ batch }: { batch: number }) => batch)).toEqual([1, 8, 64, 512])
})

test('without it they must be of Sudoku, of which it solves boards', async () => {
  await expectHrmRejection(benchCommand({ weights }), 'task_mismatch', 'not "sudoku"')
})

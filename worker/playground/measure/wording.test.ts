import { expect, test } from 'vitest'
import { outcomeText, rowTexts } from './wording.ts'

test('tells boards a second to two digits, and whole ones from ten on', () => {
  const row = { batch: 8, webgpu_boards_per_s: 0.1234, wasm_boards_per_s: 59.6, ratio: 0.00207 }
  expect(rowTexts(row)).toEqual(['8', '0.12', '60', '0.0021'])
})

test('names the adapter, and says where the GPU becomes quicker and what was left out', () => {
  const report = { adapter: 'acme gpu', break_even: 5, batches: [], left_out: [] }
  expect(outcomeText(report)).toBe('acme gpu. The GPU is quicker from 5 boards on.')
  expect(outcomeText({ ...report, break_even: null, left_out: [64, 512] })).toBe(
    'acme gpu. Wasm is quicker at every size. Left out, because a step would take over a minute: 64, 512.',
  )
})

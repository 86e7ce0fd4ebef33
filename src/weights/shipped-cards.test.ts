import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { EASY_9X9 } from '../../tests/helpers/boards.ts'
import { createSolver } from '../index.ts'

const folder = new URL('../../model/weights/', import.meta.url)
const files = readdirSync(folder).filter((name) => name.endsWith('.safetensors'))

test('both regimes ship', () => expect(files).toEqual(['sudoku-1k.safetensors', 'sudoku.safetensors']))

test.each(files)('%s loads, solves, and its card is whole', async (name) => {
  const solver = await createSolver({ weights: new URL(name, folder), backend: 'wasm' })
  const { card, parameters } = solver.model
  expect(await solver.solve(EASY_9X9.board, { maxSteps: 64 })).toMatchObject({ solution: EASY_9X9.solution })
  expect(parameters).toBeLessThanOrEqual(500_000)
  expect(card).toMatchObject({
    name: expect.stringContaining('sudoku'),
    regime: expect.stringMatching(/^(full|1k)$/),
    license: 'Apache-2.0',
    steps: expect.any(Number),
    hours: expect.any(Number),
    hardware: expect.any(String),
    seed: expect.any(Number),
    commit: expect.stringMatching(/^[0-9a-f]{7,40}$/),
    config: expect.stringMatching(/^configs\//),
  })
  expect(card.data!.length).toBeGreaterThan(0)
  for (const { source } of card.data!) expect(source).toBeTruthy()
  const official = card.scores!.find((score) => score.data.startsWith('sudoku-extreme-test-2000'))
  expect(official).toMatchObject({
    max_steps: 1024,
    wrong: 0,
    mean_steps: expect.any(Number),
    date: expect.any(String),
  })
  for (const { date, engine, wrong = 0 } of card.scores!) {
    expect(date).toMatch(/^\d{4}-\d{2}-\d{2}$/)
    expect(engine).toBeTruthy()
    expect(wrong).toBe(0)
  }
  solver.dispose()
})

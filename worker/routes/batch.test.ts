import { expect, test } from 'vitest'
import type { SolveResult } from '../../src/solve/types.ts'
import { BOARD, CONFLICT, fakeApp, HARD, problemOf } from '../test-support.ts'

interface Answer {
  results: SolveResult[]
  solved: number
  steps: number
}

test('results come in the order of the boards', async () => {
  const { post, lines } = fakeApp()
  const response = await post('/v1/solve/batch', { task: 'sudoku', boards: [BOARD, HARD, BOARD], maxSteps: 30 })
  expect(response.status).toBe(200)
  const answer = (await response.json()) as Answer
  expect(answer.results.map(({ status }) => status)).toEqual(['solved', 'unsolved', 'solved'])
  expect(answer).toMatchObject({ solved: 2, steps: 16 })
  expect(lines).toEqual([expect.objectContaining({ boards: 3, solved: 2, steps: 16, maxSteps: 30, outcome: 'done' })])
})

test('boards share the budget: what some leave over goes to those after them', async () => {
  const { post } = fakeApp()
  const boards = [...Array<string>(9).fill(BOARD), HARD, HARD]
  const response = await post('/v1/solve/batch', { task: 'sudoku', boards, maxSteps: 100 })
  const { results, steps } = (await response.json()) as Answer
  expect(results.slice(0, 9).map((result) => result.steps)).toEqual(Array(9).fill(3))
  expect(results.slice(9).map((result) => result.steps)).toEqual([36, 36])
  expect(steps).toBe(99)
})

test('64 boards are taken, 65 are not, nor none', async () => {
  const { post } = fakeApp()
  const send = (n: number) => post('/v1/solve/batch', { task: 'sudoku', boards: Array(n).fill(BOARD) })
  const all = await send(64)
  expect(((await all.json()) as Answer).solved).toBe(64)
  for (const n of [0, 65]) {
    const response = await send(n)
    expect(response.status).toBe(422)
    expect((await problemOf(response)).errors).toMatchObject([{ pointer: '/boards' }])
  }
})

test('a bad board refuses the batch before anything is computed, and is named', async () => {
  const { post, solver } = fakeApp()
  const response = await post('/v1/solve/batch', { task: 'sudoku', boards: [BOARD, CONFLICT] })
  expect(response.status).toBe(422)
  expect(await problemOf(response)).toMatchObject({
    code: 'board_conflict',
    board: 1,
    detail: expect.stringMatching(/^Board 2: /),
    cells: [{ index: 0 }, { index: 2 }],
  })
  const other = await problemOf(await post('/v1/solve/batch', { task: 'sudoku', boards: [BOARD, BOARD, 5] }))
  expect(other).toMatchObject({ code: 'board_type', board: 2, errors: [{ pointer: '/boards/2' }] })
  expect(solver.computed).toBe(0)
})

test('a budget of less than a step a board is refused', async () => {
  const response = await fakeApp().post('/v1/solve/batch', { task: 'sudoku', boards: [BOARD, BOARD], maxSteps: 1 })
  expect(response.status).toBe(422)
  expect((await problemOf(response)).code).toBe('option_invalid')
})

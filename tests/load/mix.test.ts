// The judge of a load run: what it must not let pass.
import { expect, test } from 'vitest'
import { EASY, EASY_SOLUTION } from '../worker/boards.ts'
import { type Ask, createMix } from './mix.ts'
import { anotherBoard } from './symmetry.ts'

/** The first request of a kind whose boards are all easy, and the solutions of these. */
function askFor(kind: string): { ask: Ask; solutions: string[] } {
  const next = createMix(0)
  for (let i = 0; i < 2000; i++) {
    const ask = next()
    if (ask.kind !== kind) continue
    const { board, boards = [board] } = JSON.parse(ask.body!) as { board: string; boards?: string[] }
    const seeds = boards.map((board) =>
      Array.from({ length: 200 }, (_, s) => s).find((s) => anotherBoard(EASY, s) === board),
    )
    if (seeds.includes(undefined)) continue
    return { ask, solutions: seeds.map((seed) => anotherBoard(EASY_SOLUTION, seed!)) }
  }
  throw new Error(`no ${kind}`)
}

const solved = (solution: string | null, verified = true) => ({
  status: solution === null ? 'unsolved' : 'solved',
  solution,
  verified,
})
const asJson = (results: object[]) => JSON.stringify(results[0])
const asStream = (results: object[]) => `event: step\ndata: {}\n\nevent: result\ndata: ${asJson(results)}\n\n`
const asBatch = (results: object[]) => JSON.stringify({ results })
const swapped = (solution: string) => solution.slice(1, 2) + solution.slice(0, 1) + solution.slice(2)
const PROBLEM = 'application/problem+json'

test('every kind comes in a hundred requests', () => {
  const next = createMix(0)
  const kinds = Array.from({ length: 100 }, () => next().kind)
  expect(kinds.filter((kind) => kind === 'solve').length).toBe(70)
  expect(new Set(kinds).size).toBe(16)
})

test.each<[string, (results: object[]) => string]>([
  ['solve', asJson],
  ['stream', asStream],
  ['batch', asBatch],
])('%s: boards that are right count, wrong ones are told', (kind, write) => {
  const { ask, solutions } = askFor(kind)
  const judge = (results: object[], status = 200) => ask.judge(status, 'application/json', write(results))
  expect(judge(solutions.map((solution) => solved(solution)))).toEqual({ solved: solutions.length })
  expect(judge(solutions.map(() => solved(null, false)))).toEqual({ solved: 0 })
  const wrong = { wrong: expect.any(String) }
  expect(judge(solutions.map((solution) => solved(swapped(solution))))).toEqual(wrong)
  expect(judge(solutions.map(() => solved(EASY_SOLUTION)))).toEqual(wrong)
  expect(judge(solutions.map((solution) => solved(solution, false)))).toEqual(wrong)
  expect(judge(solutions.map(() => solved(null, true)))).toEqual(wrong)
  expect(
    judge(
      solutions.map((solution) => solved(solution)),
      500,
    ),
  ).toEqual(wrong)
  if (kind === 'batch') expect(judge(solutions.slice(1).map((solution) => solved(solution)))).toEqual(wrong)

  const busy = JSON.stringify({ code: 'overloaded' })
  expect(ask.judge(503, PROBLEM, busy)).toEqual({ solved: 0 })
  expect(ask.judge(503, 'text/html', busy)).toEqual(wrong)
  expect(ask.judge(422, PROBLEM, JSON.stringify({ code: 'board_length' }))).toEqual(wrong)
})

test('a refusal must be the right one', () => {
  const next = createMix(0)
  const asks = Array.from({ length: 100 }, next)
  const { judge } = asks.find(({ kind }) => kind === 'conflict')!
  expect(judge(422, PROBLEM, JSON.stringify({ code: 'board_conflict' }))).toEqual({ solved: 0 })
  for (const [status, type, code] of [
    [422, PROBLEM, 'board_length'],
    [400, PROBLEM, 'board_conflict'],
    [422, 'application/json', 'board_conflict'],
    [503, PROBLEM, 'overloaded'],
  ] as const) {
    expect(judge(status, type, JSON.stringify({ code }))).toEqual({ wrong: expect.any(String) })
  }
})

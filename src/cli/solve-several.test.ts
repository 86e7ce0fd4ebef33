import { afterEach, expect, test, vi } from 'vitest'
import { HrmError } from '../errors.ts'
import type { SolveBatchOptions, SolveResult, Solver } from '../index.ts'
import { solveSeveral } from './solve-several.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

const resultOf = (board: string) => ({ status: 'solved', solution: board }) as SolveResult
const options = { maxSteps: 8, seed: 0 }

/** A solver that answers with the board; `before` is called with each part first. */
function solverOf(before: (part: readonly string[], signal: AbortSignal) => void): Solver {
  const solveBatch = async (part: readonly string[], { signal }: SolveBatchOptions) => {
    before(part, signal!)
    if (signal!.aborted) throw new HrmError('aborted', 'the solve was aborted')
    return part.map(resultOf)
  }
  return { solveBatch } as unknown as Solver
}

test('tells each board before it takes in hand those after it', async () => {
  const events: string[] = []
  const solver = solverOf((part) => events.push(`solve ${part}`))
  const onResult = ({ solution }: SolveResult, i: number) => events.push(`told ${i} ${solution}`)
  const several = await solveSeveral(solver, ['a', 'b', 'c'], { ...options, atOnce: 2, onResult })
  expect(several).toEqual({ results: ['a', 'b', 'c'].map(resultOf), ended: 'done' })
  expect(events).toEqual(['solve a,b', 'told 0 a', 'told 1 b', 'solve c', 'told 2 c'])
})

test('SIGINT ends it with what was told, and is left to the process then', async () => {
  const before = process.listeners('SIGINT')
  const interrupt = () => process.listeners('SIGINT').find((listener) => !before.includes(listener))!('SIGINT')
  const onResult = vi.fn()
  const solver = solverOf(([board]) => board === 'c' && interrupt())
  const several = await solveSeveral(solver, ['a', 'b', 'c', 'd'], { ...options, atOnce: 1, onResult })
  expect(several).toEqual({ results: ['a', 'b'].map(resultOf), ended: 'interrupted' })
  expect(onResult).toHaveBeenCalledTimes(2)
  expect(process.listeners('SIGINT')).toEqual(before)
})

test('a closed stdout ends it with what was told', async () => {
  const before = process.stdout.listeners('error')
  const close = () =>
    process.stdout
      .listeners('error')
      .filter((listener) => !before.includes(listener))
      .forEach((listener) => {
        listener(new Error('EPIPE'))
      })
  const solver = solverOf(([board]) => board === 'c' && close())
  const several = await solveSeveral(solver, ['a', 'b', 'c', 'd'], { ...options, atOnce: 1, onResult: vi.fn() })
  expect(several).toEqual({ results: ['a', 'b'].map(resultOf), ended: 'closed' })
  expect(process.stdout.listeners('error')).toEqual(before)
})

test('any other failure is passed on', async () => {
  const solver = solverOf(() => {
    throw new HrmError('engine_failed', 'trap')
  })
  await expect(solveSeveral(solver, ['a'], { ...options, atOnce: 1, onResult: vi.fn() })).rejects.toThrow('trap')
})

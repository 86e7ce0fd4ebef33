import { describe, expect, it } from 'vitest'
import { EMPTY_4X4, PUZZLES_4X4, UNSOLVABLE_4X4 } from '../../tests/helpers/boards.ts'
import { collect } from '../../tests/helpers/collect.ts'
import { CANDIDATES, GRID_LISTS } from '../../tests/helpers/configs.ts'
import { expectHrmError, expectHrmRejection } from '../../tests/helpers/errors.ts'
import { echo, fakeSolver, noOpinion, oracle, stepsRun } from '../../tests/helpers/fake-solver.ts'

const [[BOARD]] = PUZZLES_4X4

describe('steps', () => {
  it('tells every step, and returns what solve returns', async () => {
    for (const [think, board] of [
      [oracle(3), BOARD],
      [echo, EMPTY_4X4],
      [echo, UNSOLVABLE_4X4],
    ] as const) {
      const { solver } = fakeSolver(think)
      const { steps, result } = await collect(solver.steps(board, { maxSteps: 80 }))
      expect(result).toEqual(await solver.solve(board, { maxSteps: 80 }))
      expect(steps.length).toBe(result.steps)
      expect(steps.map(({ step }) => step)).toEqual(steps.map((_, i) => i + 1))
      expect(steps.map(({ done }) => done)).toEqual(
        steps.map((_, i) => result.status === 'solved' && i === steps.length - 1),
      )
      if (result.status === 'solved') expect(steps.at(-1)!.board).toBe(result.solution)
      expect(steps.at(-1)!.attempt).toBe(result.attempts)

      let before: string = board
      let attempt = 1
      for (const step of steps) {
        expect(step.board).toMatch(/^[1-4]{16}$/)
        expect(step.changed).toEqual([...step.board].flatMap((s, i) => (s === before[i] ? [] : [i])))
        expect(step.confidence.length).toBe(16)
        for (const [i, belief] of step.confidence.entries()) {
          expect(belief).toBeGreaterThan(0)
          expect(belief).toBeLessThanOrEqual(1)
          if (board[i] !== '.') expect([step.board[i], belief]).toEqual([board[i], 1])
        }
        expect(step.attempt === attempt || step.attempt === attempt + 1).toBe(true)
        expect(step.kind === 'guess').toBe((step.guesses === undefined) !== (step.ruledOut === undefined))
        for (const { cell, symbol } of step.guesses ?? (step.ruledOut ? [step.ruledOut] : [])) {
          expect(board[cell]).toBe('.')
          expect(symbol).toMatch(/^[1-4]$/)
        }
        expect(step.kind === 'plain').toBe(step.attempt === 1)
        before = step.board
        attempt = step.attempt
      }
    }
  })

  it('counts no attempt that took no step, whatever the budget', async () => {
    // Its guesses end in contradictions and in branches that settle.
    const { solver } = fakeSolver(echo)
    for (let maxSteps = 1; maxSteps <= 80; maxSteps++) {
      const { steps, result } = await collect(solver.steps(EMPTY_4X4, { maxSteps }))
      expect(result.attempts).toBe(steps.at(-1)!.attempt)
    }
  })

  it('ends within a step, between two H cycles, once the board is solved', async () => {
    const log: string[] = []
    const { solver } = fakeSolver(
      (thought) => {
        const { slot, step, cycle } = thought
        log.push(`${slot} ${step}.${cycle}`)
        oracle(step === 2 && cycle >= 3 ? 1 : Number.POSITIVE_INFINITY)(thought)
      },
      { config: { ...CANDIDATES, H_cycles: 5 }, slots: 1 },
    )
    const { steps, result } = await collect(solver.steps(BOARD, { maxSteps: 4 }))
    expect(result).toMatchObject({ status: 'solved', steps: 2, attempts: 1 })
    expect(steps.map(({ done }) => done)).toEqual([false, true])
    expect(steps[1].changed).toEqual([...steps[1].board].flatMap((s, i) => (s === steps[0].board[i] ? [] : [i])))
    const cycles = ['0 1.1', '0 1.2', '0 1.3', '0 1.4', '0 1.5', '0 2.1', '0 2.2', '0 2.3']
    expect(log).toEqual(cycles)
    expect(await solver.solveBatch([BOARD, BOARD], { maxSteps: 4 })).toEqual([result, result])
    expect(log).toEqual([...cycles, ...cycles, ...cycles])
  })

  it('runs whole steps where no rules are known: the halting head speaks after a step', async () => {
    let cycles = 0
    const { solver } = fakeSolver(
      ({ q }) => {
        cycles++
        q.fill(cycles >= 2 ? 1 : -1)
      },
      { config: { ...GRID_LISTS, H_cycles: 3 } },
    )
    const { rows, cols } = GRID_LISTS.task
    const board = (GRID_LISTS.task.symbols[0] || GRID_LISTS.task.symbols[1]).repeat(rows * cols)
    expect(await solver.solve(board, { maxSteps: 4 })).toMatchObject({ status: 'solved', steps: 1, verified: false })
    expect(cycles).toBe(3)
  })

  it('refuses a bad board at the call, before the loop', () => {
    const { solver } = fakeSolver(oracle(1))
    expectHrmError(() => solver.steps('1'), 'board_length')
    expectHrmError(() => solver.steps(BOARD, { maxSteps: 0 }), 'option_invalid')
  })

  it('gives its slot back when the loop is left, by break or by an error', async () => {
    const { solver, engines } = fakeSolver(noOpinion, { slots: 1 })
    for await (const { step } of solver.steps(UNSOLVABLE_4X4)) if (step === 2) break
    expect(stepsRun(engines)).toBe(2)
    const failing = async () => {
      for await (const _ of solver.steps(UNSOLVABLE_4X4)) throw new Error('of the caller')
    }
    await expect(failing()).rejects.toThrow('of the caller')
    expect((await solver.solve(BOARD, { maxSteps: 1 })).steps).toBe(1)
  })

  it('takes no slot before it is asked for the first step', async () => {
    const { solver } = fakeSolver(oracle(1), { slots: 1 })
    const unused = solver.steps(BOARD)
    expect((await solver.solve(BOARD)).status).toBe('solved')
    await unused.return(undefined as never)
    expect((await solver.solve(BOARD)).status).toBe('solved')
  })

  it('computes no step ahead of the loop', async () => {
    const { solver, engines } = fakeSolver(noOpinion)
    const run = solver.steps(UNSOLVABLE_4X4)
    await run.next()
    await run.next()
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(stepsRun(engines)).toBe(2)
    await run.return(undefined as never)
  })

  it('can be aborted while the loop waits', async () => {
    const { solver } = fakeSolver(noOpinion)
    const controller = new AbortController()
    const run = solver.steps(UNSOLVABLE_4X4, { signal: controller.signal })
    await run.next()
    controller.abort()
    await expectHrmRejection(run.next(), 'aborted')
    expect(await run.next()).toEqual({ done: true, value: undefined })
  })

  it('that is aborted while its loop waits, and dropped, gives its slot back, once', async () => {
    const { solver, engines } = fakeSolver(noOpinion, { slots: 1 })
    const controller = new AbortController()
    const dropped = solver.steps(UNSOLVABLE_4X4, { signal: controller.signal })
    await dropped.next()
    const waiting = solver.solve(BOARD, { maxSteps: 1 })
    controller.abort()
    expect((await waiting).steps).toBe(1)

    const holder = solver.steps(UNSOLVABLE_4X4)
    await holder.next()
    const before = stepsRun(engines)
    await expectHrmRejection(dropped.next(), 'aborted')
    expect(stepsRun(engines)).toBe(before)
    await expectHrmRejection(solver.solve(BOARD, { signal: AbortSignal.timeout(10) }), 'aborted')
    await holder.return(undefined as never)
    expect((await solver.solve(BOARD, { maxSteps: 1 })).steps).toBe(1)
  })
})

import { expect, test } from 'vitest'
import { createTask } from '../../../src/tasks/create-task.ts'
import { PUZZLES_4X4 } from '../../../tests/helpers/boards.ts'
import { CANDIDATES } from '../../../tests/helpers/configs.ts'
import { fakeEngine } from '../../../tests/helpers/fake-engine.ts'
import { echo, oracle, type Thinker } from '../../../tests/helpers/fake-solver.ts'
import { tinyModel } from '../../../tests/helpers/weights-file.ts'
import { type PrecisionStep, runInLockstep } from './lockstep.ts'

const [[BOARD]] = PUZZLES_4X4
const OPEN = BOARD.replaceAll(/\d/g, '').length

/** Runs two engines that think so; a clock that goes on by one at every look. */
async function run(first: Thinker, second: Thinker, maxSteps = 10) {
  const model = tinyModel(CANDIDATES)
  const task = createTask(model.config)
  const puzzle = task.parse(BOARD)
  const options = { model, geometry: task.geometry(puzzle), slots: 1 }
  let clock = 0
  const engines = [fakeEngine(options, first), fakeEngine(options, second)] as const
  const steps: PrecisionStep[] = []
  for await (const step of runInLockstep(task, puzzle, engines, { maxSteps, now: () => clock++ })) steps.push(step)
  return steps
}

const solvesAt =
  (step: number): Thinker =>
  (thought) =>
    (thought.step === step ? oracle(1) : echo)(thought)

test('engines that think alike are not apart, and stop once both have solved it', async () => {
  const steps = await run(solvesAt(2), solvesAt(2))
  expect(steps.map(({ step, open, alike }) => [step, open, alike])).toEqual([
    [1, OPEN, OPEN],
    [2, OPEN, OPEN],
  ])
  for (const { beliefGap, logitGap, first, second } of steps) {
    expect([beliefGap, logitGap]).toEqual([0, 0])
    expect([first.milliseconds, second.milliseconds]).toEqual([1, 1])
  }
  expect(steps.map(({ first, second }) => [first.solved, second.solved])).toEqual([
    [false, false],
    [true, true],
  ])
})

test('the one that solves it later is waited for, the first may lose it again', async () => {
  const steps = await run(solvesAt(1), solvesAt(3))
  expect(steps.map(({ first, second }) => [first.solved, second.solved])).toEqual([
    [true, false],
    [false, false],
    [false, true],
  ])
  expect(steps[0].alike).toBeLessThan(OPEN)
  expect(steps[0].beliefGap).toBeGreaterThan(0.5)
})

test('logits apart are told by the size of the second ones; no step more than asked for', async () => {
  const flat =
    (value: number): Thinker =>
    ({ logits }) => {
      logits.fill(value)
    }
  const steps = await run(flat(3), flat(2), 4)
  expect(steps.map(({ logitGap, beliefGap }) => [logitGap, beliefGap])).toEqual(Array(4).fill([0.5, 0]))
})

import { spawnSync } from 'node:child_process'
import { openAsBlob } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENDLESS } from '../../tests/helpers/boards.ts'
import { expectHrmRejection } from '../../tests/helpers/errors.ts'
import { createSolver, type Solver } from '../index.ts'
import { weightsUrl } from '../wasm/index.ts'
import type { WorkerLike } from './link.ts'
import { startThread } from './node-thread.ts'
import { createThreadSolver } from './thread-solver.ts'

const EASY = '53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79'
const HARD = '....85..4.4.6...3.7.....5...2..1.8..6.......3..4..2.1.....9.3.1.6.1...8...9..8..7'
/** The same puzzle with its digits renamed: other boards, other steps of the search. */
const BOARDS = Array.from({ length: 24 }, (_, n) =>
  [EASY, HARD][n % 2].replace(/\d/g, (digit) => String(((Number(digit) + n - 1) % 9) + 1)),
)

/** `hrm-edge/worker` in Node, with the shipped weights in real threads. */
let here: Solver
let two: Solver
beforeAll(async () => {
  here = await createSolver()
  two = await createThreadSolver({ workers: 2 })
})
afterAll(() => {
  here.dispose()
  two.dispose()
})

describe('threads of Node', () => {
  test('solve and stream as the main thread does', async () => {
    expect(two).toMatchObject({ task: here.task, model: here.model, backend: here.backend, build: here.build })
    expect(await two.solve(EASY)).toEqual(await here.solve(EASY))
    const collect = async (solver: Solver) => {
      const steps = []
      for await (const step of solver.steps(HARD, { maxSteps: 20, seed: 3 })) steps.push(step)
      return steps
    }
    expect(await collect(two)).toEqual(await collect(here))
  })

  test('give a batch the same results, however many they are', async () => {
    const options = { maxSteps: 4, seed: 5 }
    const expected = await here.solveBatch(BOARDS, options)
    expect(new Set(expected.map(({ status }) => status))).toEqual(new Set(['solved', 'unsolved']))
    expect(await two.solveBatch(BOARDS, options)).toEqual(expected)
    const three = await createThreadSolver({ workers: 3, slots: 2 })
    expect(await three.solveBatch(BOARDS, options)).toEqual(expected)
    three.dispose()
  })

  test('refuse like the main thread', async () => {
    const bad = [...BOARDS, '123']
    const error = await expectHrmRejection(two.solveBatch(bad), 'board_length')
    await expectHrmRejection(here.solveBatch(bad), 'board_length', error.message)
    await expectHrmRejection(two.solveBatch(BOARDS, { maxSteps: 0 }), 'option_invalid', 'maxSteps is 0')
    await expectHrmRejection(two.solveBatch('x' as never), 'option_invalid')
    await expectHrmRejection(two.solve(EASY, { maxstep: 3 } as never), 'option_invalid', 'no option "maxstep"')
    await expectHrmRejection(createThreadSolver({ weights: '/none' }), 'weights_fetch')
    await expectHrmRejection(createThreadSolver({ weight: '/none' } as never), 'option_invalid', 'no option "weight"')
    await expectHrmRejection(createThreadSolver({ workers: '2' as never }), 'option_invalid', 'workers is "2"')
  })

  test('take weights from a Blob', async () => {
    const solver = await createThreadSolver({ weights: await openAsBlob(weightsUrl('sudoku')) })
    expect(solver.model).toEqual(here.model)
    solver.dispose()
  })

  test.each([
    ['-e', ['--input-type=module', '-e']],
    ['-e, with an option of V8', ['--max-old-space-size=1000', '--input-type', 'module', '-e']],
    ['stdin', ['--input-type', 'module', '-']],
  ])('start from a program that is text: %s', (_, args) => {
    const program = `
      import { createSolver } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)}
      const solver = await createSolver()
      console.log((await solver.solve(${JSON.stringify(EASY)})).status)
      solver.dispose()`
    const input = args.at(-1) === '-' ? program : ''
    const { stdout, stderr } = spawnSync(process.execPath, input ? args : [...args, program], {
      input,
      encoding: 'utf8',
    })
    expect(stdout, stderr).toBe('solved\n')
  })

  test('stop when aborted, and go on with what comes next', async () => {
    for (const run of [
      (signal: AbortSignal) => two.solve(ENDLESS, { maxSteps: 1e6, signal }),
      (signal: AbortSignal) => two.solveBatch(Array(100).fill(ENDLESS), { maxSteps: 1e6, signal }),
    ]) {
      await expectHrmRejection(run(AbortSignal.timeout(100)), 'aborted')
      // All slots of both threads were taken by what would run for hours.
      await Promise.all([two.solve(EASY, { maxSteps: 1 }), two.solve(EASY, { maxSteps: 1 })])
    }
  })

  test('that end by themselves fail what they were doing; the next call starts another', async () => {
    const threads: WorkerLike[] = []
    const solver = await createThreadSolver({
      worker() {
        const thread = startThread()
        threads.push(thread)
        return thread
      },
    })
    const solving = solver.solve(ENDLESS, { maxSteps: 1e6 })
    setTimeout(() => threads[0].terminate(), 100)
    await expectHrmRejection(solving, 'engine_failed', 'ended by itself')
    expect(await solver.solve(EASY)).toEqual(await here.solve(EASY))
    expect(threads).toHaveLength(2)
    solver.dispose()
  })
})

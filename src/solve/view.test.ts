import { expect, it } from 'vitest'
import { collect } from '../../tests/helpers/collect.ts'
import { MAZE } from '../../tests/helpers/configs.ts'
import { fakeSolver, type Thinker } from '../../tests/helpers/fake-solver.ts'
import { PATH, START } from '../tasks/maze/parse.ts'
import { turn, turnBack } from './view.ts'

it('turns tokens, and logits back', () => {
  const view = Int32Array.of(2, 0, 1)
  expect([...turn(Uint8Array.of(7, 8, 9), view)]).toEqual([9, 7, 8])
  expect([...turnBack(Float32Array.of(90, 91, 70, 71, 80, 81), view)]).toEqual([70, 71, 80, 81, 90, 91])
  const tokens = Uint8Array.of(1)
  expect(turn(tokens, undefined)).toBe(tokens)
})

/** Knows the way only if S is in the upper left corner: right along the top row. */
const oneSided: Thinker = ({ tokens, logits }) => {
  if (tokens[0] !== START - 1) return
  for (const cell of [1, 2]) logits[cell * 5 + PATH - 1] = 9
}

it('a maze that is not solved as it is, is in another view', async () => {
  const { solver } = fakeSolver(oneSided, { config: MAZE })
  // Trained on 3 x 4: below stands S, mirrored left to right and upside down it is where the net knows it.
  const board = ' #  \n    \nG  S'
  const { steps } = await collect(solver.steps(board))
  expect(steps.at(-1)).toMatchObject({ done: true, kind: 'plain', attempt: 2, step: 5 })
  expect(await solver.solve(board)).toMatchObject({ solution: ' #      GooS', attempts: 2, steps: 5 })
  expect(await solver.solve('S  G        ')).toMatchObject({ attempts: 1, steps: 1 })
})

it('a net that tells no side from another is not shown what it has seen', async () => {
  const { solver } = fakeSolver(() => {}, { config: { ...MAZE, list_bias: false } })
  const { steps } = await collect(solver.steps('    \n  S \nG   ', { maxSteps: 5 }))
  expect(steps.map(({ kind }) => kind)).toEqual(['plain', 'plain', 'plain', 'plain', 'noise'])
})

it('a net that only tells rows from columns is shown a square one time more', async () => {
  const task = { ...MAZE.task, rows: 4, cols: 4 }
  const { solver } = fakeSolver(() => {}, {
    config: { ...MAZE, list_bias: false, lists: ['row', 'column'], seq_len: 16, task },
  })
  const kindsOf = async (board: string) => {
    const { steps } = await collect(solver.steps(board, { maxSteps: 9 }))
    return steps.filter(({ attempt }, i) => attempt !== steps[i - 1]?.attempt).map(({ kind }) => kind)
  }
  expect(await kindsOf('    \n  S \nG   \n    ')).toEqual(['plain', 'plain', 'noise'])
  expect(await kindsOf('    \n  S \nG   ')).toEqual(['plain', 'noise', 'noise'])
})

it('further attempts are noised starts of every view in turn', async () => {
  const seen: string[] = []
  const { solver } = fakeSolver(({ tokens, step }) => void (step === 1 && seen.push(tokens.join(''))), { config: MAZE })
  const { steps } = await collect(solver.steps('    \n  S \nG   ', { maxSteps: 40 }))
  const kinds = steps.filter(({ attempt }, i) => attempt !== steps[i - 1]?.attempt).map(({ kind }) => kind)
  expect(kinds).toEqual([...Array(4).fill('plain'), ...Array(6).fill('noise')])
  const views = seen.slice(0, 4)
  expect(new Set(views).size).toBe(4)
  expect(seen).toEqual([...views, ...views, ...views.slice(0, 2)])
})

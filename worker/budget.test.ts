import { expect, test } from 'vitest'
import { lengthsOf, shapeOf } from '../src/tasks/sudoku/parse.ts'
import { mostSteps, stepCost } from './budget.ts'
import { storeBoards } from './jobs/store-boards.ts'
import { DEFAULT_LIMITS } from './limits.ts'
import { BOARD, fakeApp, fakeSolver, problemOf } from './test-support.ts'

const { config } = fakeSolver().model
const nine = { rows: 9, cols: 9, boxRows: 3, boxCols: 3 }
const largest = { rows: 25, cols: 25, boxRows: 5, boxCols: 5 }
const LARGE = '.'.repeat(256)

test('a step counts by the tokens of its board', () => {
  expect(lengthsOf(nine).map((cells) => [cells, stepCost(config, shapeOf(cells, nine)!)])).toEqual([
    [16, 64 / 729],
    [36, 216 / 729],
    [64, 512 / 729],
    [81, 1],
    [100, 1000 / 729],
    [144, 1728 / 729],
    [256, 4096 / 729],
  ])
  expect(stepCost({ ...config, token_kind: 'cells' }, nine)).toBe(81 / 729)
})

test('whatever a request may ask for fits into one invocation, and the default is never too much', () => {
  for (const shape of [...lengthsOf(nine).map((cells) => shapeOf(cells, nine)!), largest]) {
    const cost = stepCost(config, shape)
    expect(mostSteps(DEFAULT_LIMITS, cost)).toBeGreaterThanOrEqual(DEFAULT_LIMITS.defaultSteps)
    expect(mostSteps(DEFAULT_LIMITS, cost) * cost).toBeLessThanOrEqual(DEFAULT_LIMITS.chunkSteps)
  }
})

test('the highest budget is a whole quotient, rounded down once', () => {
  for (const maxSteps of [1024, 1000, 999]) {
    const budget = (tokens: number) => mostSteps({ ...DEFAULT_LIMITS, maxSteps, defaultSteps: 1 }, tokens / 729)
    const whole = maxSteps * 729
    const tokens = Array.from({ length: 4096 }, (_, i) => i + 1)
    expect(tokens.map(budget)).toEqual(tokens.map((n) => Math.min(maxSteps, (whole - (whole % n)) / n)))
  }
  const maze = { ...config, token_kind: 'cells' as const, task: { ...config.task, walled: true as const } }
  const cost = stepCost(maze, { rows: 22, cols: 30, boxRows: 1, boxCols: 1 })
  expect(mostSteps(DEFAULT_LIMITS, cost)).toBe(972)
})

test('/v1/tasks tells the highest budget for each length of board', async () => {
  const { tasks } = (await (await fakeApp().app.request('/v1/tasks')).json()) as {
    tasks: { boardLengths: number[]; maxSteps: number[] }[]
  }
  const [{ boardLengths, maxSteps }] = tasks
  expect(boardLengths.map((cells, i) => [cells, maxSteps[i]])).toEqual([
    [16, 1024],
    [36, 1024],
    [64, 1024],
    [81, 1024],
    [100, 746],
    [144, 432],
    [256, 182],
  ])
})

test.each(['application/json', 'text/event-stream'])(
  'a budget that is too much for the size of the board is refused, as %s',
  async (accept) => {
    const { post, solver, lines } = fakeApp()
    const ask = (maxSteps: number) => post('/v1/solve', { task: 'sudoku', board: LARGE, maxSteps }, { Accept: accept })
    expect((await ask(182)).status).toBe(200)
    await expect.poll(() => solver.computed).toBe(182)
    const refused = await ask(183)
    expect(refused.status).toBe(422)
    const detail = 'maxSteps is 183: a board of 16x16 may have 182 at most.'
    expect(await problemOf(refused)).toMatchObject({
      code: 'option_invalid',
      detail,
      errors: [{ pointer: '/maxSteps', detail }],
    })
    expect(solver.computed).toBe(182)
    expect(lines).toMatchObject([{ outcome: 'done' }, { outcome: 'option_invalid', steps: 0 }])
  },
)

test('the largest board of a batch says how many steps there may be', async () => {
  const { post, lines } = fakeApp()
  const batch = (boards: string[], maxSteps?: number) => post('/v1/solve/batch', { task: 'sudoku', boards, maxSteps })
  expect((await batch([BOARD, LARGE])).status).toBe(200)
  expect((await batch([BOARD, BOARD])).status).toBe(200)
  expect(lines).toMatchObject([{ maxSteps: 182 }, { maxSteps: 1024 }])
  const refused = await batch([BOARD, LARGE], 730)
  expect(refused.status).toBe(422)
  expect(await problemOf(refused)).toMatchObject({
    code: 'option_invalid',
    board: 1,
    errors: [{ pointer: '/maxSteps' }],
  })
})

test('a lower limit of the operator lowers the default too', async () => {
  const { post, lines } = fakeApp({ limits: { maxSteps: 40 } })
  expect((await post('/v1/solve', { task: 'sudoku', board: LARGE })).status).toBe(200)
  expect(lines).toMatchObject([{ maxSteps: 40 }])
})

test('chunks of boards are cut by their cost, by their number, and hold one at least', async () => {
  const cut = async (costs: number[], most: { cost: number; boards: number }) => {
    let stored = ''
    const files = { put: async (_: string, data: Uint8Array) => (stored = new TextDecoder().decode(data)) }
    async function* boards() {
      for (const cost of costs) yield { board: String(cost), cost }
    }
    const chunks = await storeBoards(files as never, 'key', boards(), most)
    // a chunk is read back by its bytes alone
    return chunks.map(({ offset, length, boards }) => {
      const lines = stored
        .slice(offset, offset + length)
        .trimEnd()
        .split('\n')
      expect(lines).toHaveLength(boards)
      return lines.map((line) => Number(JSON.parse(line)))
    })
  }
  const most = { cost: 10, boards: 4 }
  expect(await cut([1, 1, 1, 1, 1], most)).toEqual([[1, 1, 1, 1], [1]])
  expect(await cut([4, 6, 1, 9.5, 25, 3], most)).toEqual([[4, 6], [1], [9.5], [25], [3]])
  expect(await cut([], most)).toEqual([])
})

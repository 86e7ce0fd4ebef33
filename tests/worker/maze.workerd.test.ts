// Mazes, by the weights that ship, in the Worker as deployed. Any shortest path is right.
import { exports } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import type { ServedTask } from '../../src/client/index.ts'
import type { SolveResult } from '../../src/solve/types.ts'
import { EXAMPLE_MAZE } from '../../worker/examples.ts'
import { solveResult, solveStep, taskInfo } from '../../worker/schemas.ts'
import { eventsOf } from './events.ts'
import { begin, ended, jsonl, resultsOf } from './job-support.ts'
import { FAR_MAZE, isPathOf, MAZE } from './mazes.ts'

const fetchPath = (path: string, init?: RequestInit) => exports.default.fetch(`http://localhost${path}`, init)

const post = (path: string, body: object, headers: Record<string, string> = {}) =>
  fetchPath(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify({ task: 'maze', ...body }),
  })

test('a maze of 30x30: a shortest path', async () => {
  const response = await post('/v1/solve', { board: MAZE })
  expect(response.status).toBe(200)
  const result = (await response.json()) as SolveResult
  expect(result).toMatchObject({ task: 'maze', status: 'solved', verified: true })
  expect(isPathOf(MAZE, result.solution!)).toBe(true)
})

/** A shortest path, or no answer at all. */
function expectHonest(board: string, { status, solution }: SolveResult): void {
  if (status === 'solved') expect(isPathOf(board, solution!)).toBe(true)
  else expect(solution).toBeNull()
}

test('one that is as hard as mazes come: a shortest path', async () => {
  const response = await post('/v1/solve', { board: FAR_MAZE })
  const { status, solution } = (await response.json()) as SolveResult
  expect(status).toBe('solved')
  expect(isPathOf(FAR_MAZE, solution!)).toBe(true)
})

test('one spelling of a board is as good as another', async () => {
  const ask = async (board: string) => {
    const response = await post('/v1/solve', { board, maxSteps: 2 })
    return [response.status, response.headers.get('ETag'), await response.json()]
  }
  const [status, ...answer] = await ask(MAZE)
  expect(status).toBe(200)
  for (const board of [MAZE.replaceAll('\n', '\r\n'), `${MAZE}\n`, MAZE.replaceAll('\n', '')]) {
    expect(await ask(board)).toEqual([200, ...answer])
  }
})

test('as a stream: every free cell has a belief, a wall none but its own', async () => {
  const response = await post('/v1/solve', { board: EXAMPLE_MAZE }, { Accept: 'text/event-stream' })
  const events = eventsOf(await response.text())
  const last = events.pop()!
  expect(last.event).toBe('result')
  expect(isPathOf(EXAMPLE_MAZE, last.data.solution)).toBe(true)
  expect(solveResult.strict().parse(last.data)).toEqual(last.data)
  const cells = EXAMPLE_MAZE.replaceAll('\n', '')
  for (const { event, data } of events) {
    expect(event).toBe('step')
    expect(solveStep.strict().parse(data)).toEqual(data)
    const board = data.board.replaceAll('\n', '')
    for (const [i, symbol] of [...cells].entries()) {
      if (symbol === ' ') expect(' o').toContain(board[i])
      else expect([board[i], data.confidence[i], data.candidates[i]]).toEqual([symbol, 1, symbol])
    }
  }
})

test('a batch, of several sizes', async () => {
  const boards = ['S  #   G\n   #    \n        ', MAZE, EXAMPLE_MAZE]
  const response = await post('/v1/solve/batch', { boards, maxSteps: 192 })
  const { results } = (await response.json()) as { results: SolveResult[] }
  for (const [i, board] of boards.entries()) expectHonest(board, results[i])
  expect(results.map(({ status }) => status).slice(1)).toEqual(['solved', 'solved'])
})

test('a job keeps the blanks at the ends of its boards, as JSON Lines and as a CSV, in lines and in one', async () => {
  const inOne = MAZE.replaceAll('\n', '')
  const files = {
    'application/jsonl': jsonl([MAZE, inOne]),
    'text/csv': `question,note\n"${MAZE}",in lines\n${inOne},in one\n`,
  }
  for (const [type, body] of Object.entries(files)) {
    const { id } = await begin(body, { type, query: 'task=maze&maxSteps=64' })
    expect(await ended(id)).toMatchObject({ state: 'done', solved: 2 })
    const rows = await resultsOf(id)
    expect(rows.map(({ board }) => board)).toEqual([MAZE, inOne])
    for (const { solution } of rows) expect(isPathOf(MAZE, solution!)).toBe(true)
  }
})

test.each([
  ['two starts', 'S S\n  G\n   '],
  ['no goal', 'S  \n   \n   '],
  ['a path already', 'So \n  G\n   '],
  ['no way to the goal', 'S# \n## \n  G'],
  ['lines of two lengths', 'S  \n  G \n   '],
  ['an unknown symbol', 'S  \n xG\n   '],
  ['too few cells', ' SG'],
])('%s is refused', async (_, board) => {
  const response = await post('/v1/solve', { board })
  expect(response.status).toBe(422)
  expect(await response.json()).toMatchObject({ code: expect.stringMatching(/^board_/) })
})

test('the largest boards are taken, larger ones refused; so are more steps than they may have', async () => {
  const square = (side: number) => ['S'.padEnd(side), ...Array(side - 2).fill(' '.repeat(side)), 'G'.padStart(side)]
  const ask = (side: number, maxSteps: number) =>
    post('/v1/solve', { board: square(side).join('\r\n'), maxSteps }).then(({ status }) => status)
  expect(await ask(45, 1)).toBe(200)
  expect(await ask(45, 1475)).toBe(422)
  expect(await ask(46, 1)).toBe(422)
})

test('/v1/tasks tells what a maze is, /ready that it is solved', async () => {
  const { tasks } = (await (await fetchPath('/v1/tasks')).json()) as { tasks: ServedTask[] }
  expect(tasks.map(({ name }) => name)).toEqual(['sudoku', 'maze'])
  for (const task of tasks) expect(taskInfo.strict().parse(task)).toEqual(task)
  const maze = tasks[1]
  expect(maze).toMatchObject({ kind: 'maze', rows: 30, cols: 30, anySize: true, verified: true })
  expect(maze.symbols).toContainEqual({ symbol: ' ', meaning: 'free cell, as . is' })
  expect([maze.boardLengths, maze.maxSteps]).toEqual([[900], [729]])
  const response = await post('/v1/solve', { board: maze.example })
  expect(isPathOf(maze.example, ((await response.json()) as SolveResult).solution!)).toBe(true)
  const ready = (await (await fetchPath('/ready')).json()) as { models: { task: string }[] }
  expect(ready.models.map(({ task }) => task)).toEqual(['sudoku', 'maze'])
})

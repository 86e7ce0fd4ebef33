// What the clients of a load run ask, and what they may hear.
import type { SolveResult } from '../../src/solve/types.ts'
import { CONFLICT, EASY, HARD, isSolutionOf } from '../worker/boards.ts'
import { anotherBoard } from './symmetry.ts'

/** One request, and a judge of its answer: says what is wrong with it, or how many boards it solved. */
export interface Ask {
  kind: string
  method: 'GET' | 'POST' | 'PUT'
  path: string
  headers: Record<string, string>
  body?: string
  judge(status: number, type: string, body: string): { solved: number } | { wrong: string }
}

const JSON_HEADERS = { 'Content-Type': 'application/json' }
const deep = '['.repeat(5000) + ']'.repeat(5000)

type Judge = Ask['judge']

const isProblem = (status: number, type: string, body: string, expected: number, code: string) =>
  status === expected && type === 'application/problem+json' && JSON.parse(body).code === code

/** The service may always say that it has enough to do. */
const orBusy =
  (judge: Judge): Judge =>
  (status, type, body) =>
    isProblem(status, type, body, 503, 'overloaded') ? { solved: 0 } : judge(status, type, body)

const expectProblem =
  (expected: number, code: string): Judge =>
  (status, type, body) =>
    isProblem(status, type, body, expected, code)
      ? { solved: 0 }
      : { wrong: `${status} ${type} ${body.slice(0, 200)} instead of ${expected} ${code}` }

const expectOk: Judge = (status, _, body) =>
  status === 200 ? { solved: 0 } : { wrong: `${status} ${body.slice(0, 200)}` }

/** Solved by the rules, or honestly not. */
function judgeResults(boards: readonly string[], results: readonly SolveResult[]): ReturnType<Judge> {
  let solved = 0
  for (const [i, { status, solution, verified }] of results.entries()) {
    if (status === 'unsolved' && solution === null && !verified) continue
    if (!verified || solution === null || !isSolutionOf(boards[i], solution))
      return { wrong: `${boards[i]} is not solved by ${solution}` }
    solved++
  }
  return results.length === boards.length ? { solved } : { wrong: `${results.length} results of ${boards.length}` }
}

const solving = (boards: readonly string[], read: (body: string) => SolveResult[]): Judge =>
  orBusy((status, _, body) =>
    status === 200 ? judgeResults(boards, read(body)) : { wrong: `${status} ${body.slice(0, 200)}` },
  )

const lastEvent = (body: string): SolveResult => JSON.parse(/event: result\ndata: (.*)\n/.exec(body)![1])

type Make = (boards: () => string) => Omit<Ask, 'kind'>

const post = (path: string, body: string | object, judge: Judge, headers: Record<string, string> = {}) => ({
  method: 'POST' as const,
  path,
  headers: { ...JSON_HEADERS, ...headers },
  body: typeof body === 'string' ? body : JSON.stringify(body),
  judge,
})
const get = (path: string, judge: Judge, headers: Record<string, string> = {}) => ({
  method: 'GET' as const,
  path,
  headers,
  judge,
})

/** Kinds of request and how many of a hundred are of each. */
const KINDS: [kind: string, share: number, make: Make][] = [
  [
    'solve',
    70,
    (next) => {
      const board = next()
      return post(
        '/v1/solve',
        { task: 'sudoku', board },
        solving([board], (body) => [JSON.parse(body)]),
      )
    },
  ],
  [
    'stream',
    3,
    (next) => {
      const board = next()
      const judge = solving([board], (body) => [lastEvent(body)])
      return post('/v1/solve', { task: 'sudoku', board }, judge, { Accept: 'text/event-stream' })
    },
  ],
  [
    'batch',
    2,
    (next) => {
      const boards = [next(), next(), next()]
      return post(
        '/v1/solve/batch',
        { task: 'sudoku', boards },
        solving(boards, (body) => JSON.parse(body).results),
      )
    },
  ],
  ['conflict', 4, () => post('/v1/solve', { task: 'sudoku', board: CONFLICT }, expectProblem(422, 'board_conflict'))],
  ['length', 3, () => post('/v1/solve', { task: 'sudoku', board: '12' }, expectProblem(422, 'board_length'))],
  ['unknown key', 2, () => post('/v1/solve', { board: EASY, x: 1 }, expectProblem(422, 'request_invalid'))],
  ['broken JSON', 3, () => post('/v1/solve', '{"task":', expectProblem(400, 'json_malformed'))],
  ['deep JSON', 1, () => post('/v1/solve', deep, expectProblem(422, 'request_invalid'))],
  [
    'huge number',
    1,
    () =>
      post(
        '/v1/solve',
        `{"task":"sudoku","board":"","maxSteps":${'9'.repeat(400)}}`,
        expectProblem(422, 'option_invalid'),
      ),
  ],
  ['large body', 1, () => post('/v1/solve', ' '.repeat(70_000), expectProblem(413, 'body_too_large'))],
  [
    'media type',
    2,
    () => post('/v1/solve', 'x', expectProblem(415, 'media_type_unsupported'), { 'Content-Type': 'text/plain' }),
  ],
  ['not acceptable', 1, () => get('/v1/tasks', expectProblem(406, 'not_acceptable'), { Accept: 'image/png' })],
  ['no such path', 2, () => get('/v1/nothing', expectProblem(404, 'not_found'))],
  ['wrong method', 1, () => ({ ...get('/v1/solve', expectProblem(405, 'method_not_allowed')), method: 'PUT' })],
  ['health', 2, () => get('/health', expectOk)],
  ['models', 2, () => get('/v1/models', expectOk)],
]
const TOTAL = KINDS.reduce((sum, [, share]) => sum + share, 0)

/**
 * Draws requests. One board in twenty is as hard as one of Sudoku-Extreme, the others are easy.
 * @param pool how many different boards there are; 0 for never the same twice
 */
export function createMix(pool: number): () => Ask {
  let asked = 0
  let drawn = 0
  const board = () => {
    const n = drawn++
    const seed = pool === 0 ? n : (n * 7919) % pool
    return anotherBoard(seed % 20 === 0 ? HARD : EASY, seed)
  }
  return () => {
    let place = (asked++ * 37) % TOTAL // prime to it: every kind comes as often as its share says
    for (const [kind, share, make] of KINDS) {
      if (place < share) return { kind, ...make(board) }
      place -= share
    }
    throw new Error('unreachable')
  }
}

import { expect, test } from 'vitest'
import { memoryCache } from './cache.ts'
import { toDataPoint } from './data-point.ts'
import { createMetrics } from './metrics.ts'
import { BOARD, CONFLICT, fakeApp, HARD } from './test-support.ts'

const solve = { task: 'sudoku', board: BOARD }

async function metricsOf({ app }: ReturnType<typeof fakeApp>) {
  const response = await app.request('/metrics')
  expect(response.headers.get('Content-Type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  return response.text()
}

test('counts answers, solves, boards and steps', async () => {
  const fake = fakeApp({ cache: memoryCache(10) })
  await fake.post('/v1/solve', solve)
  await fake.post('/v1/solve', solve)
  await fake.post('/v1/solve', { ...solve, board: CONFLICT })
  await fake.post('/v1/solve/batch', { task: 'sudoku', boards: [HARD, BOARD], maxSteps: 40 })
  await fake.app.request('/v1/solve', { method: 'BREW' })
  const text = await metricsOf(fake)
  const labels = 'task="sudoku",model="fake"'
  for (const line of [
    'hrm_http_responses_total{method="POST",status="200"} 3',
    'hrm_http_responses_total{method="POST",status="422"} 1',
    'hrm_http_responses_total{method="other",status="405"} 1',
    `hrm_solves_total{${labels},outcome="done",cached="false",stream="false"} 2`,
    `hrm_solves_total{${labels},outcome="done",cached="true",stream="false"} 1`,
    `hrm_solves_total{${labels},outcome="board_conflict",cached="false",stream="false"} 1`,
    `hrm_boards_total{${labels}} 5`,
    `hrm_boards_solved_total{${labels}} 3`,
    'hrm_solves_in_flight 0',
    'hrm_uploads_in_flight 0',
  ])
    expect(text).toContain(`${line}\n`)
  const [, steps] = /hrm_steps_total\{.*\} (\d+)/.exec(text)!
  expect(Number(steps)).toBe(fake.solver.computed)
  expect(text).not.toContain('hrm_solve_seconds_total')
})

test('every series has its help and type, once', async () => {
  const fake = fakeApp({ clock: () => 0, solvers: new Map([['sudoku', () => Promise.reject(new Error('broken'))]]) })
  await fake.post('/v1/solve', solve)
  const text = await metricsOf(fake)
  expect(text).toContain('hrm_errors_total{code="internal_error"} 1\n')
  for (const name of new Set([...text.matchAll(/^(\w+)[{ ]/gm)].map(([, series]) => series))) {
    expect(text.split(`# HELP ${name} `).length).toBe(2)
    expect(text.split(`# TYPE ${name} `).length).toBe(2)
  }
  expect(text).not.toContain('undefined')
})

test('where a clock runs, counts seconds', () => {
  const metrics = createMetrics()
  const line = { event: 'solve', task: 't', model: 'm', outcome: 'done', cached: false, stream: false } as const
  const spent = { id: 'x', boards: 1, solved: 1, steps: 3, attempts: 1, maxSteps: 4 }
  metrics.record({ ...line, ...spent, ms: 500 })
  metrics.record({ ...line, ...spent, ms: 250 })
  expect(metrics.render({})).toContain('hrm_solve_seconds_total{task="t",model="m"} 0.75\n')
  expect(toDataPoint({ ...line, ...spent })).toEqual({
    indexes: ['solve'],
    blobs: ['solve', 'done', 't', 'm', ''],
    doubles: [1, 1, 3, 1, 4],
  })
})

test('escapes what a name may hold', () => {
  const metrics = createMetrics()
  const line = { event: 'solve', task: 't', outcome: 'done', cached: false, stream: false } as const
  const spent = { id: 'x', boards: 1, solved: 1, steps: 3, attempts: 1, maxSteps: 4 }
  metrics.record({ ...line, ...spent, model: 'a "b" \\ c\nd' })
  expect(metrics.render({})).toContain('hrm_boards_total{task="t",model="a \\"b\\" \\\\ c\\nd"} 1\n')
})

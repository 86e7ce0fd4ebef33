import { expect, test } from 'vitest'
import { HrmError, type HrmErrorCode } from '../src/errors.ts'
import { BOARD, fakeApp } from './test-support.ts'

/** What a stream whose solve fails at its third step says last, and what is logged. */
async function failWith(failure: Error) {
  const { post, solver, lines } = fakeApp()
  solver.failure = failure
  const response = await post('/v1/solve', { task: 'sudoku', board: BOARD }, { Accept: 'text/event-stream' })
  const last = (await response.text()).trimEnd().split('\n\n').at(-1)!
  return { id: response.headers.get('X-Request-Id'), last, lines }
}

test.each<[Error, string]>([
  [new TypeError('x is undefined'), 'internal_error'],
  [new HrmError('engine_failed', 'the kernels trapped'), 'engine_failed'],
])('a fault within a stream is logged once, as it was thrown: %s', async (failure, code) => {
  const { last, lines } = await failWith(failure)
  expect(last).toContain(`"code":"${code}"`)
  expect(last).not.toContain(failure.message)
  const [solve, ...rest] = lines
  expect(solve).toMatchObject({ event: 'solve', outcome: code })
  expect(rest).toEqual([{ event: 'error', id: solve.id, code, message: failure.message, stack: failure.stack }])
})

test.each<HrmErrorCode>(['aborted', 'disposed'])(
  'a stream that was stopped is logged as no fault: %s',
  async (code) => {
    const { last, lines } = await failWith(new HrmError(code, 'stopped'))
    expect(last).toContain(`"code":"${code}"`)
    expect(lines).toEqual([expect.objectContaining({ event: 'solve', outcome: code })])
  },
)

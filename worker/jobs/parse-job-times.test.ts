import { expect, test } from 'vitest'
import { JOB_TIMES } from './ledger-sql.ts'
import { parseJobTimes } from './parse-job-times.ts'

test('what is not said is as it was', () => {
  expect(parseJobTimes(undefined)).toEqual(JOB_TIMES)
  expect(parseJobTimes('{}')).toEqual(JOB_TIMES)
  expect(parseJobTimes('{"stall": 1000}')).toEqual({ ...JOB_TIMES, stall: 1000 })
})

test.each([
  ['', 'JOB_TIMES is not JSON'],
  ['oops', 'JOB_TIMES is not JSON'],
  ['null', 'JOB_TIMES: Invalid input'],
  ['[]', 'JOB_TIMES: Invalid input'],
  ['{"keep": "7d", "patience": 5000}', 'JOB_TIMES: keep: '],
  ['{"stall": 0}', 'JOB_TIMES: stall: '],
  ['{"stall": 1e300}', 'JOB_TIMES: stall: '],
  ['{"patience": null}', 'JOB_TIMES: patience: '],
  ['{"pateince": 5000}', 'JOB_TIMES: Unrecognized key: "pateince"'],
])('%j is refused', (text, message) => {
  expect(() => parseJobTimes(text)).toThrow(
    expect.objectContaining({ code: 'usage', message: expect.stringContaining(message) }),
  )
})

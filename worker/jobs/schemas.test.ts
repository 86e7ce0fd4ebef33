import { expect, test } from 'vitest'
import { fakeApp, problemOf } from '../test-support.ts'

test.each([
  ['maxSteps=1025', /1024/],
  ['maxSteps=0', />=1/],
  ['seed=9007199254740992', /9007199254740991/],
  [`seed=${'9'.repeat(400)}`, /9007199254740991/],
])('a number out of range is told its bound: %s', async (query, bound) => {
  const response = await fakeApp().app.request(`/v1/jobs?task=sudoku&${query}`, { method: 'POST' })
  const { code, detail } = await problemOf(response)
  expect(code).toBe('option_invalid')
  expect(detail).toMatch(bound)
  expect(detail).not.toContain('digits alone')
})

test.each(['maxSteps=', 'maxSteps=1.5', 'maxSteps=0x10', 'seed=-1', 'seed=1&seed=2'])(
  'what is no integer is told so: %s',
  async (query) => {
    const response = await fakeApp().app.request(`/v1/jobs?task=sudoku&${query}`, { method: 'POST' })
    expect(await problemOf(response)).toMatchObject({
      code: 'option_invalid',
      detail: expect.stringContaining('must be an integer, once, as digits alone'),
    })
  },
)

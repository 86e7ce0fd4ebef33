import { expect, test } from 'vitest'
import { errorLog } from './log.ts'

test.each([
  ['the error alone', new Error('no ledger'), 'no ledger'],
  ['the error and its cause', new Error('no ledger', { cause: new Error('disk full') }), 'no ledger: disk full'],
  ['a cause once', new Error('no ledger: disk full', { cause: new Error('disk full') }), 'no ledger: disk full'],
  ['no cause that is no error', new Error('stopped', { cause: 'enough' }), 'stopped'],
])('tells %s, with the stack of where it began', (_, error, message) => {
  const { stack } = error.cause instanceof Error ? error.cause : error
  expect(errorLog('id', 'internal_error', error)).toEqual({
    event: 'error',
    id: 'id',
    code: 'internal_error',
    message,
    stack,
  })
})

test('tells what was thrown that is no error', () => {
  expect(errorLog('id', 'internal_error', 'oops')).toEqual({
    event: 'error',
    id: 'id',
    code: 'internal_error',
    message: 'oops',
  })
})

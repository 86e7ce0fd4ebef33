import { CommanderError } from 'commander'
import { expect, test } from 'vitest'
import { HrmError } from '../errors.ts'
import { describeFailure } from './failure.ts'

test('bad input keeps its code and cells, and exits 2', () => {
  const cells = [{ index: 4, row: 0, column: 4 }]
  expect(describeFailure(new HrmError('board_conflict', 'twice', { cells }))).toEqual({
    failure: { error: { code: 'board_conflict', message: 'twice', cells } },
    exit: 2,
  })
})

test("commander's own errors are usage errors", () => {
  expect(describeFailure(new CommanderError(1, 'commander.unknownOption', "error: unknown option '--x'"))).toEqual({
    failure: { error: { code: 'usage', message: "unknown option '--x'", cells: [] } },
    exit: 2,
  })
  const near = new CommanderError(1, 'commander.unknownOption', "error: unknown option '--jso'\n(Did you mean --json?)")
  expect(describeFailure(near).failure.error.message).toBe("unknown option '--jso' (Did you mean --json?)")
})

test('what is not the input is no bad input', () => {
  expect(describeFailure(new HrmError('engine_failed', 'trap')).exit).toBe(3)
  expect(describeFailure(new TypeError('x is not a function'))).toEqual({
    failure: { error: { code: 'internal', message: 'x is not a function', cells: [] } },
    exit: 3,
  })
})

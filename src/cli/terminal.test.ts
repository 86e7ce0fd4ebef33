import { afterEach, expect, test, vi } from 'vitest'
import { mayStyle, obeysEscapes } from './terminal.ts'

afterEach(() => vi.unstubAllEnvs())

test.each([
  [true, 'xterm', undefined, true, true],
  [true, undefined, '', true, true],
  [true, 'xterm', '1', true, false],
  [true, 'xterm', 'false', true, false],
  [true, 'dumb', undefined, false, false],
  [false, 'xterm', undefined, false, false],
  [undefined, 'xterm', undefined, false, false],
])('terminal %j, TERM %j, NO_COLOR %j', (isTTY, term, noColor, escapes, style) => {
  vi.stubEnv('TERM', term)
  vi.stubEnv('NO_COLOR', noColor)
  expect(obeysEscapes({ isTTY })).toBe(escapes)
  expect(mayStyle({ isTTY })).toBe(style)
})

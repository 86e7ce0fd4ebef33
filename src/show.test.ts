import { expect, it } from 'vitest'
import { show } from './show.ts'

it.each<[unknown, string]>([
  ['a"b', '"a\\"b"'],
  [5, '5'],
  [Number.NaN, 'NaN'],
  [null, 'null'],
  [undefined, 'undefined'],
  [10n, '10n'],
  [Symbol('s'), 'Symbol(s)'],
  [Object.create(null), 'object'],
])('names %s', (value, shown) => {
  expect(show(value)).toBe(shown)
})

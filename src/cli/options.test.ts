import { describe, expect, test } from 'vitest'
import { integer } from './options.ts'

describe('integer', () => {
  const parse = integer(1, 300)

  test.each([
    ['1', 1],
    ['0300', 300],
  ])('takes %j', (text, value) => expect(parse(text)).toBe(value))

  test.each(['', '0', '301', '-1', '+1', '1.0', '1e2', ' 1', '0x1', 'NaN', '9'.repeat(40)])('refuses %j', (text) => {
    expect(() => parse(text)).toThrow('from 1 to 300')
  })
})

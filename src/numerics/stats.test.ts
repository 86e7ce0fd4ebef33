import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ascending, mean, percentile } from './stats.ts'

test('percentile is the least value that the share does not exceed', () => {
  const values = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 200 })
  fc.assert(
    fc.property(values, fc.constantFrom(0.01, 0.5, 0.99, 1), (list, share) => {
      const p = percentile(ascending(list), share)
      const atMost = list.filter((v) => v <= p).length
      const below = list.filter((v) => v < p).length
      return list.includes(p) && atMost >= share * list.length && below < share * list.length
    }),
  )
})

test('known values', () => {
  const hundred = Array.from({ length: 100 }, (_, i) => i + 1)
  expect(percentile(hundred, 0.5)).toBe(50)
  expect(percentile(hundred, 0.99)).toBe(99)
  expect(percentile([7], 0.99)).toBe(7)
  expect(mean([1, 2, 6])).toBe(3)
  expect(ascending([10, 9, 2])).toEqual([2, 9, 10])
})

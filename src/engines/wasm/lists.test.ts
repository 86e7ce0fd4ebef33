import { describe, expect, it } from 'vitest'
import { packList } from './lists.ts'

const table = (...lists: number[][]) => ({ width: lists[0].length, indices: Int32Array.from(lists.flat()) })

describe('packList', () => {
  it('packs groups four abreast, the last quad filled with its last group', () => {
    const list = packList(table([0, 3], [1, 4], [2, 5], [0, 3], [1, 4], [2, 5]), 6, 10)
    expect(list).toMatchObject({ width: 2, padded: 4, quads: 1 })
    expect(Array.from(list.offsets)).toEqual([0, 10, 20, 20, 30, 40, 50, 50])
    expect(list.penalty.length).toBe(0)
  })

  it('pads other lists, a missing entry reading the own row at a penalty', () => {
    const list = packList(table([1, -1, 0], [0, 1, 0]), 2, 10)
    expect(list).toMatchObject({ width: 3, padded: 4, quads: 0 })
    expect(Array.from(list.offsets)).toEqual([10, 0, 0, 0, 0, 10, 0, 10])
    const no = Number.NEGATIVE_INFINITY
    expect(Array.from(list.penalty)).toEqual([0, no, 0, no, 0, 0, 0, no])
  })

  it('keeps groups of more than 32 as lists', () => {
    const all = (n: number) => ({ width: n, indices: Int32Array.from({ length: n * n }, (_, i) => i % n) })
    expect(packList(all(32), 32, 4).quads).toBe(1)
    expect(packList(all(33), 33, 4).quads).toBe(0)
  })
})

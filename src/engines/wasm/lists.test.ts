import { describe, expect, it } from 'vitest'
import { findGroups, packList } from './lists.ts'

const table = (...lists: number[][]) => ({ width: lists[0].length, indices: Int32Array.from(lists.flat()) })
const groupsOf = (...lists: number[][]) => findGroups(table(...lists), lists.length)?.map((group) => Array.from(group))

describe('findGroups', () => {
  it('finds groups whose members list just the group, in one order', () => {
    expect(groupsOf([0, 2], [1, 3], [0, 2], [1, 3])).toEqual([
      [0, 2],
      [1, 3],
    ])
    expect(groupsOf([1, 0], [1, 0])).toEqual([[1, 0]])
    expect(groupsOf([0], [1])).toEqual([[0], [1]])
  })

  it.each([
    [
      'an order of its own',
      [
        [0, 1],
        [1, 0],
      ],
    ],
    [
      'a list without the token',
      [
        [1, 2],
        [1, 2],
        [1, 2],
      ],
    ],
    [
      'a missing entry',
      [
        [0, -1],
        [1, -1],
      ],
    ],
    [
      'a token named twice',
      [
        [0, 0],
        [1, 1],
      ],
    ],
    [
      'groups that overlap',
      [
        [0, 1],
        [0, 1],
        [1, 2],
      ],
    ],
    [
      'a member that lists others',
      [
        [0, 1],
        [1, 2],
        [1, 2],
      ],
    ],
  ])('finds none in lists with %s', (_, lists) => {
    expect(groupsOf(...lists)).toBeUndefined()
  })
})

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

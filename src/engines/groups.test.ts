import { describe, expect, it } from 'vitest'
import { findGroups, groupOrder } from './groups.ts'

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
      'a chain',
      [
        [0, 1],
        [1, 2],
        [2, 0],
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

describe('groupOrder', () => {
  it('puts the members of a group side by side', () => {
    expect(groupOrder(table([0, 2], [1, 3], [0, 2], [1, 3]), 4)).toEqual([0, 2, 1, 3])
    expect(groupOrder(table([0, 1], [1, 0]), 2)).toBeUndefined()
  })
})

import { describe, expect, test } from 'vitest'
import { generateMaze } from './generate.ts'
import { distancesFrom, formatMaze, lengthOf, type Maze, parseMazeText, withSymbol } from './maze.ts'
import { fromLink, toLink } from './maze-link.ts'

/** 3x4; the way round the wall has 8 moves. The last cells of two lines are free. */
const ROUND: Maze = { rows: 3, columns: 4, cells: ['S#G ', ' ## ', '    '].join('') }

describe('text', () => {
  test('there and back, blanks at the ends of lines included', () => {
    expect(formatMaze(ROUND)).toBe('S#G \n ## \n    ')
    expect(parseMazeText(formatMaze(ROUND))).toEqual({ maze: ROUND })
  })

  test.each([
    ['a trailing line break', 'S#G \n ## \n    \n'],
    ['Windows line ends', 'S#G \r\n ## \r\n    '],
    ['dots', 'S#G.\n.##.\n....'],
    ['blanks that were cut off', 'S#G\n ##\n    '],
    ['an answer', 'S#Go\no##o\noooo'],
  ])('%s', (_, text) => {
    expect(parseMazeText(text)).toEqual({ maze: ROUND })
  })

  test('a square in one run', () => {
    expect(parseMazeText('S# ## ##G')).toEqual({ maze: { rows: 3, columns: 3, cells: 'S# ## ##G' } })
  })

  test.each([
    ['S  \n   \n   ', /one G; this one has 0/],
    ['S S\n  G\n   ', /one S; this one has 2/],
    ['S X\n  G\n   ', /“X” is no symbol/],
    ['S \n G', /3 to 45 rows/],
    ['SG###', /cells of a square/],
    ['', /./],
  ])('%j is refused with a reason', (text, reason) => {
    expect(parseMazeText(text).problem).toMatch(reason)
  })

  test.each([
    ['lines', '#\n'.repeat(300_000), /has 300000 by 1\./],
    ['characters in one of many lines', `${'#'.repeat(2_000_000)}${'\n#'.repeat(1000)}`, /has 1001 by 2000000\./],
    ['empty lines', `S${'\n'.repeat(300_000)}G`, /has 300001 by 1\./],
  ])('far too many %s are refused with a reason', (_, text, reason) => {
    expect(parseMazeText(text).problem).toMatch(reason)
  })
})

test('start and goal are moved, never lost', () => {
  expect(withSymbol(ROUND, 11, 'S').cells).toBe(' #G  ##    S')
  expect(withSymbol(ROUND, 1, 'G').cells).toBe('SG   ##     ')
  expect(withSymbol(ROUND, 1, ' ').cells).toBe('S G  ##     ')
  for (const symbol of '# G') expect(withSymbol(ROUND, 0, symbol)).toBe(ROUND)
})

test('the shortest way is counted in moves; none is -1', () => {
  expect(lengthOf(ROUND)).toBe(8)
  expect(lengthOf(withSymbol(ROUND, 4, '#'))).toBe(-1)
  expect(lengthOf({ rows: 3, columns: 3, cells: 'SG       ' })).toBe(1)
})

test('distances stop at the sides of the board', () => {
  const walls = { rows: 2, columns: 3, walls: Uint8Array.of(0, 1, 0, 0, 0, 0) }
  expect([...distancesFrom(walls, 0).distances]).toEqual([0, -1, 4, 1, 2, 3])
  expect(distancesFrom(walls, 0).farthest).toBe(2)
})

test('a new maze is 30x30, walled by a share of about 0.3 to 0.5, its goal 109 moves away or more', () => {
  for (let i = 0; i < 3; i++) {
    const maze = generateMaze()
    expect(parseMazeText(formatMaze(maze))).toEqual({ maze })
    expect([maze.rows, maze.columns]).toEqual([30, 30])
    expect(lengthOf(maze)).toBeGreaterThanOrEqual(109)
    const share = (maze.cells.split('#').length - 1) / 900
    expect(share).toBeGreaterThan(0.2)
    expect(share).toBeLessThan(0.6)
  }
})

describe('link', () => {
  test('there and back', () => {
    for (const maze of [ROUND, generateMaze()]) expect(fromLink(toLink(maze))).toEqual({ maze })
    expect(toLink(generateMaze()).length).toBeLessThan(200)
    expect(toLink(ROUND)).toMatch(/^3x4\.[\w-]+\.0\.2$/)
  })

  test.each(['', 'x', '3x4', '3x4.AA.0.2', '999x999.AA.0.1', '3x4.!.0.2', '3x4.RgA.0.0', '3x4.RgA.0.99', '0x0..0.0'])(
    '%j is refused',
    (link) => {
      expect(fromLink(link).problem).toMatch(/./)
    },
  )
})

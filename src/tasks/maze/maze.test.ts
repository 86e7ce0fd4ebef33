import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAZE } from '../../../tests/helpers/configs.ts'
import { expectHrmError } from '../../../tests/helpers/errors.ts'
import { tinyModel } from '../../../tests/helpers/weights-file.ts'
import { createReferenceEngine } from '../../engines/reference/reference-engine.ts'
import { turn, turnBack } from '../../solve/view.ts'
import type { ModelConfig } from '../../weights/config.ts'
import { createTask } from '../create-task.ts'
import { MAZE_SYMBOLS } from './parse.ts'
import { symmetriesOf } from './symmetries.ts'
import { around, draw, lined, mazes, shortestWays } from './test-support.ts'

const task = createTask(MAZE) // trained on 3 x 4

const solves = (question: string, answer: string) => {
  const puzzle = task.parse(question)
  return task.isSolution(puzzle, task.parseAnswer(answer.replace(/\n/g, ''), puzzle))
}

describe('a maze is read', () => {
  it('in the trained shape, as a square, or as its line breaks say', () => {
    const shapeOf = (board: string) => {
      const { rows, cols } = task.parse(board).shape
      return `${rows}x${cols}`
    }
    expect(shapeOf('S  G        ')).toBe('3x4')
    expect(shapeOf('S G      ')).toBe('3x3')
    expect(shapeOf('S  \nG  \n')).toBe('2x3')
    expect(shapeOf('S \r\nG \r\n  \r\n')).toBe('3x2')
  })

  it('with free cells blank, and written as it was', () => {
    const puzzle = task.parse('S #G        ')
    expect([...puzzle.cells.slice(0, 4)]).toEqual([3, 0, 1, 4])
    expect(task.format(puzzle, puzzle.cells)).toBe('S #G        ')
    expect([...task.encode(puzzle)].slice(0, 4)).toEqual([2, 1, 0, 3])
  })

  it('with a dot for a free cell too, in answers as well, and written with blanks', () => {
    const puzzle = task.parse('S.#G........')
    expect(puzzle).toEqual(task.parse('S #G        '))
    expect(task.format(puzzle, puzzle.cells)).toBe('S #G        ')
    expect(solves('S..\n...\nG..', 'S..\no..\nG..')).toBe(true)
  })

  it('or refused, saying what and where', () => {
    expectHrmError(() => task.parse(7 as never), 'board_type', 'a board is a string, not number')
    expectHrmError(() => task.parse('S  G '), 'board_length', 'is neither 3 x 4 nor a square')
    expectHrmError(() => task.parse('S   \nG  \n    '), 'board_length', 'row 1 of the maze has 4 cells, row 2 3')
    expectHrmError(() => task.parse(`S${' '.repeat(299)}\nG${' '.repeat(299)}`), 'board_length', '2 x 300')
    expectHrmError(() => task.parse('S'), 'board_length', '2 to 256 rows and 1 to 256 columns, this one 1 x 1')
    const { cells } = expectHrmError(() => task.parse('S  Go  x    '), 'board_symbol', '"o" at row 2, column 1')
    expect(cells).toEqual([
      { index: 4, row: 1, column: 0 },
      { index: 7, row: 1, column: 3 },
    ])
    expectHrmError(() => task.parse('   G        '), 'board_conflict', 'the maze has no S')
    expectHrmError(() => task.parse('S           '), 'board_conflict', 'the maze has no G')
    const two = expectHrmError(
      () => task.parse('S  G    G   '),
      'board_conflict',
      'row 1, column 4 and at row 3, column 1',
    )
    expect(two.cells.map(({ index }) => index)).toEqual([3, 8])
    expectHrmError(() => task.parse('SSSSSS      '), 'board_conflict', 'column 1 and at row 1, column 2 (and 4 more)')
    expectHrmError(() => task.parse('S#  ##G     '), 'board_conflict', 'no way leads from S to G')
  })

  it('or refused for a symbol, said before the lengths of its rows, and whole', () => {
    const none = (board: string, message: string) =>
      expectHrmError(
        () => task.parse(board),
        'board_symbol',
        `${message} is none of "# SG" (a free cell is a blank or .)`,
      )
    none('```\nS #G\n```', '"`" at row 1, column 1 (and 5 more)')
    const { cells } = none('S #\n#\u{1f600}x\n  G', '"\u{1f600}" at row 2, column 2 (and 1 more)')
    expect(cells.map(({ column }) => column)).toEqual([1, 2])
  })

  it('of another size only where the lists take it', () => {
    const tied = createTask({ ...MAZE, lists: ['neighbours', 'row'] })
    expect(tied.parse('S  G        ').shape.cols).toBe(4)
    expectHrmError(() => tied.parse('S   G\n     '), 'task_mismatch', 'this model reads mazes of 3 x 4, not 2 x 5')
    expectHrmError(() => tied.parse('SG\n  '), 'task_mismatch', 'this model reads mazes of 3 x 4, not 2 x 2')
    const all = createTask({ ...MAZE, lists: ['all', 'all'], list_bias: false })
    expectHrmError(
      () => all.parse(`S${' '.repeat(255)}\nG${' '.repeat(255)}\n`.repeat(1) + `${' '.repeat(256)}\n`.repeat(30)),
      'task_mismatch',
      'a board of 32 x 256 has attention over 67108864 places, more than 16777216',
    )
  })
})

it('an answer has the shape of its question, where line breaks tell it', () => {
  const puzzle = task.parse('S       \n       G')
  expect(task.parseAnswer('Sooooooo\n       G', puzzle)).toEqual(task.parseAnswer('Sooooooo       G', puzzle))
  const message = 'the maze is 2 x 8, its answer '
  expectHrmError(() => task.parseAnswer('Sooo\noooo\n    \n   G', puzzle), 'board_length', `${message}4 x 4`)
  expectHrmError(() => task.parseAnswer('Sooo'.padEnd(25), puzzle), 'board_length', `${message}5 x 5`)
})

describe('its verifier', () => {
  it('takes every shortest way, and nothing else', () => {
    fc.assert(
      fc.property(mazes, fc.nat(), fc.nat(), (made, pick, other) => {
        const { maze, rows, cols } = made
        const ways = shortestWays(maze, rows, cols)
        const way = ways[pick % ways.length]
        const answer = draw(maze, way)
        expect(solves(lined(made), answer)).toBe(true)
        // A way with a cell left out, or with one more drawn anywhere.
        if (way.length > 0) expect(solves(lined(made), draw(maze, way.slice(1)))).toBe(false)
        const free = [...Array.from(maze).keys()].filter((cell) => maze[cell] === ' ' && !way.includes(cell))
        if (free.length > 0) expect(solves(lined(made), draw(maze, [...way, free[other % free.length]]))).toBe(false)
        // Another maze's answer.
        const walls = [...Array.from(maze).keys()].filter((cell) => maze[cell] === '#')
        if (walls.length > 0) {
          const wall = walls[other % walls.length]
          const moved = Array.from(answer, (s, cell) => (cell === wall ? ' ' : s)).join('')
          expect(solves(lined(made), moved)).toBe(false)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('refuses a detour, and the way with a loop beside it', () => {
    const question = 'S  \n   \nG  '
    expect(solves(question, 'S  \no  \nG  ')).toBe(true)
    expect(solves(question, 'So \n o \nGo ')).toBe(false)
    expect(solves('SG\n  ', 'SG\n  ')).toBe(true)
    expect(solves('SG\n  ', 'SG\noo')).toBe(false)
  })
})

describe('its beliefs', () => {
  it('know walls and ends, and weigh free cells between way and no way', () => {
    const puzzle = task.parse('S #G        ')
    const logits = new Float32Array(60)
    logits.set([9, 1, 9, 9, 3], 5) // the second cell
    logits.set([-200, -200, -200, 900, -200], 20) // both say no
    const beliefs = task.read(puzzle, logits)
    expect([...beliefs.subarray(0, 5)]).toEqual([0, 0, 1, 0, 0])
    expect([...beliefs.subarray(10, 15)]).toEqual([1, 0, 0, 0, 0])
    const way = Math.exp(2) / (1 + Math.exp(2))
    expect(beliefs[9]).toBeCloseTo(way, 6)
    expect(beliefs[6]).toBeCloseTo(1 - way, 6)
    expect([...beliefs.subarray(5, 6), ...beliefs.subarray(7, 9)]).toEqual([0, 0, 0])
    expect(beliefs[21]).toBe(0.5)
  })
})

describe('a board that is seen within a ring of walls', () => {
  const walled = createTask({ ...MAZE, task: { ...MAZE.task, walled: true }, seq_len: 30 })
  const puzzle = walled.parse('S #\n  G')

  it('is encoded and read so', () => {
    expect([...walled.encode(puzzle)].map((token) => MAZE_SYMBOLS[token]).join('')).toBe('######S ###  G######')
    const logits = new Float32Array(5 * 20)
    logits.set([0, 1, 0, 0, 3], 5 * 7) // the second cell
    const way = Math.exp(2) / (1 + Math.exp(2))
    expect(walled.read(puzzle, logits)[9]).toBeCloseTo(way, 6)
  })

  it('has neighbours all around, in every view', () => {
    const { tokens, tables } = walled.geometry(puzzle)
    expect(tokens).toBe(20)
    expect([...tables[0].indices.subarray(24, 28)]).toEqual([11, 5, 7, 1])
    const [view] = walled.views(puzzle)
    expect([...view]).toEqual([...new Array(20).keys()].reverse())
  })
})

describe('the views of a maze', () => {
  const square = { ...MAZE, list_bias: false, seq_len: 16, task: { ...MAZE.task, rows: 4, cols: 4 } }
  it.each<[string, ModelConfig, number]>([
    ['a bias', { ...square, list_bias: true }, 7],
    ['rows and columns', { ...square, lists: ['row', 'column'] }, 1],
    ['rows alone', { ...square, lists: ['row', 'row'] }, 1],
    ['neighbours', square, 0],
    ['the whole board', { ...square, lists: ['neighbours', 'all'] }, 0],
  ])('are all that a net tells apart by %s', (_, config, count) => {
    const task = createTask(config)
    const puzzle = task.parse('S   \n # #\n#   \n  G ')
    const views = task.views(puzzle)
    expect(views.length).toBe(count)
    const engine = createReferenceEngine({ model: tinyModel(config), geometry: task.geometry(puzzle), slots: 1 })
    const seen = (view?: Int32Array) => {
      engine.start(0, turn(task.encode(puzzle), view))
      for (let i = 0; i < 2; i++) engine.step([0])
      return turnBack(engine.logits(0), view).slice()
    }
    const shown = [undefined, ...views].map(seen)
    const same = (a: Float32Array) => shown.filter((b) => a.every((x, i) => Math.abs(x - b[i]) < 1e-3)).length
    for (const logits of shown) expect(same(logits)).toBe(1)
    for (const view of symmetriesOf(puzzle.shape)) expect(same(seen(view))).toBe(1)
  })
})

it('neighbours are the four around, also in the helper of these tests', () => {
  expect(around(5, 3, 4)).toEqual([9, 4, 6, 1])
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EASY_9X9, SHAPES, solvedBoard, textOf } from '../../../tests/helpers/boards.ts'
import { CANDIDATES, OFFICIAL } from '../../../tests/helpers/configs.ts'
import { expectHrmError } from '../../../tests/helpers/errors.ts'
import { createTask } from '../create-task.ts'
import { createSudokuTask } from './sudoku.ts'

const task = createSudokuTask(CANDIDATES)
const official = createSudokuTask(OFFICIAL)
const trainedOn9 = { seq_len: 729, task: { ...CANDIDATES.task, rows: 9, cols: 9, box_rows: 3, box_cols: 3 } }
const nine = createSudokuTask({ ...CANDIDATES, ...trainedOn9 })

describe('parse', () => {
  it('is what createTask makes of a sudoku', () => {
    expect(createTask(CANDIDATES).hasRules).toBe(true)
    expect(task.name).toBe('sudoku')
  })

  it.each(Object.entries(SHAPES))('reads %s by its length, whatever the model was trained on', (_, shape) => {
    const cells = solvedBoard(shape, 3)
    for (const reader of [task, nine]) {
      const puzzle = reader.parse(textOf(cells))
      expect(puzzle).toEqual({ shape, cells })
      expect(reader.symbols(puzzle)).toBe(shape.rows)
      expect(reader.isSolution(puzzle, cells)).toBe(true)
      expect(reader.format(puzzle, cells)).toBe(textOf(cells))
    }
  })

  it('leaves white space out, and reads both blanks and lower case', () => {
    const lines = EASY_9X9.board.match(/.{9}/g)!
    const want = nine.parse(EASY_9X9.board)
    expect(nine.parse(lines.join('\n'))).toEqual(want)
    expect(nine.parse(`\t${lines.map((line) => line.split('').join(' ')).join('\r\n')}\u00a0\n`)).toEqual(want)
    expect(nine.parse(EASY_9X9.board.replaceAll('.', '0'))).toEqual(want)
    const hex = textOf(solvedBoard(SHAPES['16x16'], 1))
    expect(nine.parse(hex.toLowerCase())).toEqual(nine.parse(hex))
  })

  it.each([undefined, null, 5, [], {}, ['1']])('refuses %j, which is not a string', (board) => {
    const error = expectHrmError(() => nine.parse(board as never), 'board_type')
    expect(error.message).toBe(`a board is a string, not ${typeof board}`)
  })

  it.each([0, 1, 80, 82, 100_000])('refuses %i cells', (n) => {
    const error = expectHrmError(() => nine.parse('.'.repeat(n)), 'board_length')
    expect(error.message).toBe(`a Sudoku has 16, 36, 64, 81, 100, 144, 256 cells, this board ${n}`)
  })

  it('refuses bad symbols, naming every cell, counted without white space', () => {
    const error = expectHrmError(() => nine.parse(`.........\n..x......\n${'.'.repeat(62)}A`), 'board_symbol')
    expect(error.message).toBe('"x" at row 2, column 3 is not 1..9, "." or "0" (and 1 more)')
    expect(error.cells.map(({ index }) => index)).toEqual([11, 80])
  })

  it.each([
    ['row', 0, 8],
    ['column', 0, 72],
    ['box', 0, 20],
  ])('refuses a given that stands twice in a %s, naming both cells', (_, first, second) => {
    const cells = new Uint8Array(81)
    cells[first] = cells[second] = 7
    const error = expectHrmError(() => nine.parse(textOf(cells)), 'board_conflict')
    const name = (i: number) => `row ${Math.floor(i / 9) + 1}, column ${(i % 9) + 1}`
    expect(error.message).toBe(`7 stands twice in a unit: ${name(first)} and ${name(second)}`)
    expect(error.cells).toEqual(
      [first, second].map((index) => ({ index, row: Math.floor(index / 9), column: index % 9 })),
    )
  })

  it('reads only the trained size for models of cells', () => {
    expect(official.parse('.'.repeat(16)).shape.rows).toBe(4)
    expectHrmError(() => official.parse(EASY_9X9.board), 'board_length', 'this model reads 16 cells, not 81')
  })

  it('refuses boards that a model has no bias or no positions for, and reads the others', () => {
    const biased = createSudokuTask({ ...CANDIDATES, list_bias: true, ...trainedOn9 })
    const placed = createSudokuTask({ ...CANDIDATES, attention: 'full', lists: [], pos_encodings: 'learned' })
    expect(biased.parse(EASY_9X9.board).shape.rows).toBe(9)
    expect(biased.parse('.'.repeat(16)).shape.rows).toBe(4)
    expectHrmError(
      () => biased.parse('.'.repeat(256)),
      'task_mismatch',
      'a bias for lists of 9, the board has lists of 16',
    )
    expect(placed.parse('.'.repeat(16)).shape.rows).toBe(4)
    expectHrmError(() => placed.parse(EASY_9X9.board), 'task_mismatch', 'positions for 64 tokens, the board has 729')
  })
})

describe('candidates', () => {
  const puzzle = task.parse('1...............')
  const none = () => ({ given: new Uint8Array(16), off: new Uint8Array(64) })

  it('set a given on, its other symbols off, and leave the rest open', () => {
    const tokens = task.encode(puzzle)
    expect([...tokens.slice(0, 8)]).toEqual([1, 2, 2, 2, 0, 0, 0, 0])
    expect(tokens.slice(4).every((t) => t === 0)).toBe(true)
    expect(task.encode(puzzle, none())).toEqual(tokens)
  })

  it('take tentative givens and exclusions, which never touch a given', () => {
    const marks = none()
    marks.given[0] = 3
    marks.given[1] = 4
    marks.off[0] = 1
    marks.off[2 * 4 + 1] = 1
    expect([...task.encode(puzzle, marks).slice(0, 12)]).toEqual([1, 2, 2, 2, 2, 2, 2, 1, 0, 2, 0, 0])
  })

  it('read the softmax of each cell, and certainty for a given whatever the model says', () => {
    const logits = Float32Array.from({ length: 64 }, (_, i) => (i % 4 === 2 ? 2 : 0))
    const probabilities = task.read(puzzle, logits)
    expect([...probabilities.slice(0, 4)]).toEqual([1, 0, 0, 0])
    const e = Math.exp(2)
    for (let i = 4; i < 64; i++) expect(probabilities[i]).toBeCloseTo((i % 4 === 2 ? e : 1) / (3 + e), 6)
  })

  it('sum the beliefs of each cell to one where there is hope, to less where there is none', () => {
    const sure = Float32Array.from({ length: 64 }, (_, i) => (i % 4 === 0 ? 30 : -30))
    expect(task.branching!.hope(puzzle, sure)).toBeCloseTo(1, 6)
    expect(task.branching!.hope(puzzle, new Float32Array(64).fill(-30))).toBeCloseTo(0, 6)
    expect(task.branching!.hope(puzzle, new Float32Array(64))).toBe(2)
  })

  it('have the geometry of the board at hand', () => {
    expect(task.geometry(puzzle).tokens).toBe(64)
    expect(task.geometry(task.parse('.'.repeat(36))).tokens).toBe(216)
    expect(task.geometry(puzzle)).toBe(task.geometry(task.parse('.'.repeat(16))))
  })
})

describe('cells', () => {
  const puzzle = official.parse('1.....4.........')

  it('are read and written through the vocabulary', () => {
    const marks = { given: Uint8Array.of(2, 3, ...new Uint8Array(14)), off: new Uint8Array(64).fill(1) }
    expect([...official.encode(puzzle)]).toEqual([2, 1, 1, 1, 1, 1, 5, 1, 1, 1, 1, 1, 1, 1, 1, 1])
    expect([...official.encode(puzzle, marks)]).toEqual([2, 4, 1, 1, 1, 1, 5, 1, 1, 1, 1, 1, 1, 1, 1, 1])
  })

  it('read digits alone: padding and blank count for nothing', () => {
    const logits = new Float32Array(96)
    for (let cell = 0; cell < 16; cell++) logits.set([50, 50, 0, 0, 1, 0], cell * 6)
    const probabilities = official.read(puzzle, logits)
    expect([...probabilities.slice(0, 4)]).toEqual([1, 0, 0, 0])
    expect(probabilities[4 + 2]).toBeCloseTo(Math.E / (3 + Math.E), 6)
    expect([...probabilities.slice(24, 28)]).toEqual([0, 0, 0, 1])
    expect(official.branching!.hope(puzzle, logits)).toBe(1)
  })
})

describe('rules', () => {
  const puzzle = nine.parse(EASY_9X9.board)
  const solution = Uint8Array.from(EASY_9X9.solution, Number)
  const none = new Uint8Array(729)

  it('judge by the puzzle alone', () => {
    expect(nine.isSolution(puzzle, solution)).toBe(true)
    expect(nine.isSolution(puzzle, puzzle.cells)).toBe(false)
    fc.assert(
      fc.property(fc.nat(80), fc.integer({ min: 1, max: 9 }), (at, symbol) => {
        fc.pre(symbol !== solution[at])
        expect(nine.isSolution(puzzle, solution.with(at, symbol))).toBe(false)
        expect(nine.branching!.openCandidates(puzzle, solution.with(at, symbol), none)).toBeUndefined()
      }),
    )
  })

  it('say what is open', () => {
    expect(nine.branching!.openCandidates(puzzle, solution, none)).toEqual(none)
    const open = nine.branching!.openCandidates(puzzle, puzzle.cells, none)!
    // Row 1, column 3 sees 5, 3, 7, 8, 9, 6: that leaves 1, 2, 4.
    expect([...open.slice(2 * 9, 3 * 9)]).toEqual([1, 1, 0, 1, 0, 0, 0, 0, 0])
    expect([...open.slice(0, 9)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0])
  })
})

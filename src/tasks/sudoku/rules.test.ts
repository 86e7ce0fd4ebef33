import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anySolvedBoard, faultOf, SHAPES, solvedBoard, textOf } from '../../../tests/helpers/boards.ts'
import { findConflict, isOpen, isSolved, openCandidates, unitsOf } from './rules.ts'

describe('unitsOf', () => {
  it.each(Object.entries(SHAPES))('puts every cell in one row, one column and one box: %s', (_, shape) => {
    const n = shape.rows
    const units = unitsOf(shape)
    expect(units.length).toBe(3 * n)
    for (let kind = 0; kind < 3; kind++) {
      const cells = units.slice(kind * n, (kind + 1) * n).flat()
      expect(cells.toSorted((a, b) => a - b)).toEqual(Array.from({ length: n * n }, (_, i) => i))
    }
    for (const box of units.slice(2 * n)) {
      expect(new Set(box.map((cell) => Math.floor(cell / n))).size).toBe(shape.boxRows)
      expect(new Set(box.map((cell) => cell % n)).size).toBe(shape.boxCols)
    }
  })
})

describe('the verifier', () => {
  const solves = (shape: Parameters<typeof unitsOf>[0], givens: Uint8Array, cells: Uint8Array) =>
    isSolved(unitsOf(shape), givens, cells)

  /** Some of a board's cells as givens. */
  const some = (cells: Uint8Array, keep: readonly boolean[]) => cells.map((s, i) => (keep[i % keep.length] ? s : 0))
  const keep = fc.array(fc.boolean(), { minLength: 7, maxLength: 61 })

  it('passes every symmetry of a valid board, with any of its cells given', () => {
    fc.assert(
      fc.property(anySolvedBoard, keep, ({ shape, cells }, which) => {
        expect(faultOf(textOf(some(cells, which)), textOf(cells), shape)).toBeUndefined()
        expect(solves(shape, some(cells, which), cells)).toBe(true)
      }),
    )
  })

  it('passes a transposed board of square boxes', () => {
    fc.assert(
      fc.property(fc.constantFrom(SHAPES['4x4'], SHAPES['9x9'], SHAPES['16x16']), fc.nat(), (shape, seed) => {
        const cells = solvedBoard(shape, seed)
        const n = shape.rows
        const turned = cells.map((_, i) => cells[(i % n) * n + Math.floor(i / n)])
        expect(solves(shape, new Uint8Array(n * n), turned)).toBe(true)
      }),
    )
  })

  it('fails any board with one cell changed', () => {
    fc.assert(
      fc.property(anySolvedBoard, fc.nat(), fc.nat(), ({ shape, cells }, where, to) => {
        const at = where % cells.length
        const other = (to % (shape.rows + 2)) as number
        fc.pre(other !== cells[at])
        const changed = cells.with(at, other)
        expect(solves(shape, new Uint8Array(cells.length), changed)).toBe(false)
      }),
      { numRuns: 500 },
    )
  })

  it('fails two cells of a row, or of a column, changing places', () => {
    fc.assert(
      fc.property(anySolvedBoard, fc.nat(), fc.nat(), fc.nat(), fc.boolean(), ({ shape, cells }, line, a, b, down) => {
        const n = shape.rows
        const cellAt = (i: number) => (down ? (i % n) * n + (line % n) : (line % n) * n + (i % n))
        fc.pre(a % n !== b % n)
        const [i, j] = [cellAt(a), cellAt(b)]
        const swapped = cells.with(i, cells[j]).with(j, cells[i])
        expect(solves(shape, new Uint8Array(cells.length), swapped)).toBe(false)
      }),
      { numRuns: 500 },
    )
  })

  it('fails a valid board that drops a given', () => {
    fc.assert(
      fc.property(anySolvedBoard, keep, fc.nat(), ({ shape, cells }, which, shift) => {
        const n = shape.rows
        fc.pre(which.some(Boolean) && shift % n !== 0)
        // Relabelled, the board is still valid, but every given is another symbol.
        const relabelled = cells.map((s) => ((s - 1 + shift) % n) + 1)
        expect(faultOf('.'.repeat(cells.length), textOf(relabelled), shape)).toBeUndefined()
        const givens = some(cells, which)
        fc.pre(givens.some((s) => s > 0))
        expect(solves(shape, givens, relabelled)).toBe(false)
      }),
    )
  })

  it('fails boards that are not full, or of another size', () => {
    fc.assert(
      fc.property(anySolvedBoard, fc.nat(), ({ shape, cells }, where) => {
        const none = new Uint8Array(cells.length)
        expect(solves(shape, none, cells.with(where % cells.length, 0))).toBe(false)
        expect(solves(shape, none, cells.subarray(1))).toBe(false)
        expect(solves(shape, none, Uint8Array.from([...cells, 1]))).toBe(false)
      }),
    )
    expect(solves(SHAPES['9x9'], new Uint8Array(81), new Uint8Array(81))).toBe(false)
  })

  it('says no wherever the independent judge says no, and yes wherever it says yes', () => {
    fc.assert(
      fc.property(
        anySolvedBoard,
        fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 2 }),
        ({ shape, cells }, edits) => {
          const board = cells.slice()
          for (const [where, to] of edits) board[where % cells.length] = (to % shape.rows) + 1
          const judged = faultOf('.'.repeat(cells.length), textOf(board), shape) === undefined
          expect(solves(shape, new Uint8Array(cells.length), board)).toBe(judged)
        },
      ),
      { numRuns: 500 },
    )
  })
})

describe('findConflict', () => {
  const units = unitsOf(SHAPES['4x4'])
  const board = (text: string) => Uint8Array.from(text, (s) => (s === '.' ? 0 : Number(s)))

  it.each([
    ['11..............', 0, 1],
    ['1.......1.......', 0, 8],
    ['1....1..........', 0, 5],
    ['..............44', 14, 15],
  ])('finds the two cells: %s', (text, first, second) => {
    expect(findConflict(units, board(text))).toEqual({ first, second })
  })

  it('takes blanks for nothing', () => {
    expect(findConflict(units, board('................'))).toBeUndefined()
    expect(findConflict(units, board('1234............'))).toBeUndefined()
  })
})

describe('isOpen', () => {
  it.each([
    [4, 3],
    [6, 7],
    [9, 16],
    [16, 51],
  ])('on a side of %d takes %d givens for too few, and one more not', (n, most) => {
    const board = (givens: number) => new Uint8Array(n * n).fill(1, 0, givens)
    expect(isOpen(board(0))).toBe(true)
    expect(isOpen(board(most))).toBe(true)
    expect(isOpen(board(most + 1))).toBe(false)
  })
})

describe('openCandidates', () => {
  const units = unitsOf(SHAPES['4x4'])
  const board = (text: string) => Uint8Array.from(text, (s) => (s === '.' ? 0 : Number(s)))
  const none = () => new Uint8Array(64)

  it('never rules out the symbol that a solution has', () => {
    fc.assert(
      fc.property(anySolvedBoard, fc.array(fc.boolean(), { minLength: 7, maxLength: 61 }), ({ shape, cells }, keep) => {
        const n = shape.rows
        const decided = cells.map((s, i) => (keep[i % keep.length] ? s : 0))
        // Everything but the solution is ruled out: the hardest case.
        const off = Uint8Array.from({ length: cells.length * n }, (_, i) =>
          i % n === cells[Math.floor(i / n)] - 1 ? 0 : 1,
        )
        for (const ruledOut of [off, new Uint8Array(off.length)]) {
          const open = openCandidates(unitsOf(shape), decided, ruledOut)
          expect(open).toBeDefined()
          for (let cell = 0; cell < cells.length; cell++) {
            expect(open![cell * n + cells[cell] - 1]).toBe(decided[cell] > 0 ? 0 : 1)
          }
        }
      }),
    )
  })

  it('leaves open exactly what stands in no unit of a cell and was not ruled out', () => {
    const off = none()
    off[3 * 4 + 2] = 1
    const open = openCandidates(units, board('1.....2.........'), off)!
    expect([...open.slice(0, 4)]).toEqual([0, 0, 0, 0])
    expect([...open.slice(4, 8)]).toEqual([0, 1, 1, 1])
    expect([...open.slice(8, 12)]).toEqual([0, 0, 1, 1])
    expect([...open.slice(12, 16)]).toEqual([0, 0, 0, 1])
  })

  it('changes neither of its inputs', () => {
    const [cells, off] = [board('1.....2.........'), none()]
    openCandidates(units, cells, off)
    expect(cells).toEqual(board('1.....2.........'))
    expect(off).toEqual(none())
  })

  it.each([
    ['a symbol stands twice in a unit', '1..1............', []],
    ['a cell has no candidate left', '1.....2.........', [4 + 1, 4 + 2, 4 + 3]],
    ['a symbol has no place left in a row', '................', [0, 4, 8, 12]],
    ['a symbol has no place left in a box', '..1.............', [4 * 4, 5 * 4]],
  ])('finds the dead end where %s', (_, text, ruledOut) => {
    const off = none()
    for (const i of ruledOut) off[i] = 1
    expect(openCandidates(units, board(text), off)).toBeUndefined()
    if (ruledOut.length > 0) expect(openCandidates(units, board(text), none())).toBeDefined()
  })

  it('knows every symbol of the largest board', () => {
    const shape = { rows: 25, cols: 25, boxRows: 5, boxCols: 5 }
    const open = openCandidates(unitsOf(shape), new Uint8Array(625), new Uint8Array(625 * 25))
    expect(open!.every((v) => v === 1)).toBe(true)
  })
})

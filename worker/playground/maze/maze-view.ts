import { Grid } from '../grid.ts'
import { lineTo } from './line.ts'
import type { Maze } from './maze.ts'
import { watchStrokes } from './strokes.ts'

/** What the model believes of a cell that is free. */
export interface Belief {
  /** That it is on the path, 0..1. */
  path: number
  /** Whether the board of this step has the path there. */
  read: boolean
}

export interface MazeActions {
  /** A click or a tap on a cell, or Space. */
  onPress: (index: number) => void
  /** The pointer moved on over other cells, held down. */
  onDrag: (indices: readonly number[]) => void
  onSymbol: (index: number, symbol: string) => void
  onSolve: () => void
  onStop: () => void
}

const NAMES: Record<string, string> = { '#': 'wall', S: 'start', G: 'goal' }
/** Finer than this nobody sees a shade, and every change costs time. */
const SHADES = 20

/** The maze on the page: a grid of cells to draw in, shaded by what the model believes. */
export class MazeView {
  readonly #root: HTMLElement
  readonly #actions: MazeActions
  #grid: Grid | undefined
  #end = new AbortController()
  #rows = 0
  #columns = 0
  /** What every cell shows, as its name. */
  #shown: string[] = []

  constructor(root: HTMLElement, actions: MazeActions) {
    this.#root = root
    this.#actions = actions
    watchStrokes(root, {
      cellAt: (event) => this.#cellAt(event),
      onPress: (index) => {
        this.#grid!.choose(index)
        this.#grid!.focus()
        actions.onPress(index)
      },
      onMove: (from, to) => actions.onDrag(from < 0 ? [to] : lineTo(from, to, this.#columns)),
    })
    // Screen readers click without a pointer.
    root.addEventListener('click', ({ detail, target }) => {
      const index = detail === 0 ? (this.#grid?.cells.indexOf(target as HTMLElement) ?? -1) : -1
      if (index >= 0) actions.onPress(index)
    })
  }

  /** @param beliefs of every cell; absent for the puzzle itself */
  show({ rows, columns, cells }: Maze, beliefs: readonly Belief[] | undefined, blamed: ReadonlySet<number>): void {
    if (rows !== this.#rows || columns !== this.#columns) this.#build(rows, columns)
    for (let index = 0; index < cells.length; index++) {
      const symbol = cells[index]
      const belief = symbol === ' ' ? beliefs?.[index] : undefined
      const shade = Math.round((belief?.path ?? 0) * SHADES) / SHADES
      const name = describe(symbol, belief && { path: shade, read: belief.read }, blamed.has(index))
      if (this.#shown[index] === name) continue
      this.#shown[index] = name
      const cell = this.#grid!.cells[index]
      cell.ariaLabel = `row ${Math.floor(index / columns) + 1}, column ${(index % columns) + 1}, ${name}`
      const shown = symbol === ' ' && belief?.read ? 'o' : symbol
      if (cell.dataset.symbol !== shown) {
        cell.dataset.symbol = shown
        cell.textContent = shown === 'S' || shown === 'G' ? shown : ''
      }
      cell.toggleAttribute('data-blamed', blamed.has(index))
      cell.style.setProperty('--path', `${shade * 100}%`)
    }
  }

  set readonly(readonly: boolean) {
    this.#root.setAttribute('aria-readonly', String(readonly))
  }

  focus(): void {
    this.#grid?.focus()
  }

  #build(rows: number, columns: number): void {
    this.#rows = rows
    this.#columns = columns
    this.#shown = []
    this.#end.abort()
    this.#end = new AbortController()
    // A cell that goes takes the focus with it: whoever pastes or undoes by keys would start anew at the top of the page.
    const hadFocus = this.#root.contains(document.activeElement)
    this.#root.style.setProperty('--rows', String(rows))
    this.#root.style.setProperty('--columns', String(columns))
    this.#grid = new Grid(this.#root, {
      rows,
      columns,
      label: 'Maze',
      help: 'maze-help',
      createCell: () => document.createElement('div'),
      onKey: (key) => this.#onKey(key),
      signal: this.#end.signal,
    })
    if (hadFocus) this.focus()
  }

  #onKey(key: string): boolean {
    const { chosen } = this.#grid!
    const symbol = { s: 'S', S: 'S', g: 'G', G: 'G', '#': '#', Delete: ' ', Backspace: ' ' }[key]
    if (symbol !== undefined) this.#actions.onSymbol(chosen, symbol)
    else if (key === ' ') this.#actions.onPress(chosen)
    else if (key === 'Enter') this.#actions.onSolve()
    else if (key === 'Escape') this.#actions.onStop()
    else return false
    return true
  }

  /** By place, not by target: a finger's target stays the cell that it touched first. -1 outside. */
  #cellAt({ clientX, clientY }: PointerEvent): number {
    const { left, top, width, height } = this.#root.getBoundingClientRect()
    const border = this.#root.clientLeft
    const column = Math.floor(((clientX - left - border) / (width - 2 * border)) * this.#columns)
    const row = Math.floor(((clientY - top - border) / (height - 2 * border)) * this.#rows)
    const inside = row >= 0 && row < this.#rows && column >= 0 && column < this.#columns
    return inside ? row * this.#columns + column : -1
  }
}

/** What a screen reader speaks of a cell, after its place. */
function describe(symbol: string, belief: Belief | undefined, blamed: boolean): string {
  const parts = [NAMES[symbol] ?? 'free']
  if (belief) parts.push(`${belief.read ? 'path' : 'no path'}, ${Math.round(belief.path * 100)}% believed on the path`)
  if (blamed) parts.push('breaks a rule')
  return parts.join(', ')
}

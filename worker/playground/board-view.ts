import { cellName, columnOf, rowOf, SIZE } from './cells.ts'

/** What one cell shows. */
export interface CellState {
  /** A digit, or empty. */
  digit: string
  /** Who put the digit there. */
  kind: 'empty' | 'given' | 'model'
  /** The model's belief in its digit, 0..1. */
  confidence?: number
  /** Digits the cell may still hold; given where there are two or more to show in its place. */
  candidates?: string
  changed?: boolean
  guess?: boolean
  conflict?: boolean
}

export interface BoardActions {
  /** A digit, or `.` to clear. */
  onEnter: (index: number, symbol: string) => void
  onSolve: () => void
  onStop: () => void
}

/** Cells away from the chosen one that a key moves to, within the board. */
const MOVES: Record<string, (row: number, column: number) => [number, number]> = {
  ArrowUp: (row, column) => [row - 1, column],
  ArrowDown: (row, column) => [row + 1, column],
  ArrowLeft: (row, column) => [row, column - 1],
  ArrowRight: (row, column) => [row, column + 1],
  Home: (row) => [row, 0],
  End: (row) => [row, SIZE - 1],
  PageUp: (_, column) => [0, column],
  PageDown: (_, column) => [SIZE - 1, column],
}

const CLEARING = ['Backspace', 'Delete', '0', '.', ' ']

/** The board on the page: an ARIA grid in which one cell is in the tab order and the arrow keys choose another. */
export class BoardView {
  readonly #root: HTMLElement
  readonly #cells: HTMLElement[] = []
  readonly #shown: CellState[] = []
  readonly #actions: BoardActions
  #chosen = 0

  constructor(root: HTMLElement, actions: BoardActions) {
    this.#root = root
    this.#actions = actions
    root.setAttribute('role', 'grid')
    root.setAttribute('aria-label', 'Sudoku board')
    root.setAttribute('aria-describedby', 'board-help')
    for (let row = 0; row < SIZE; row++) {
      const rowElement = document.createElement('div')
      rowElement.setAttribute('role', 'row')
      for (let column = 0; column < SIZE; column++) rowElement.append(this.#createCell())
      root.append(rowElement)
    }
    this.#cells[0].tabIndex = 0
    root.addEventListener('keydown', (event) => this.#onKey(event))
    root.addEventListener('focusin', ({ target }) => {
      const index = this.#cells.indexOf(target as HTMLElement)
      if (index >= 0) this.#choose(index)
      else this.focus()
    })
  }

  show(states: readonly CellState[]): void {
    states.forEach((state, index) => {
      this.#showCell(index, state)
    })
  }

  set readonly(readonly: boolean) {
    this.#root.setAttribute('aria-readonly', String(readonly))
  }

  /** Moves the focus to the chosen cell. */
  focus(): void {
    this.#cells[this.#chosen].focus()
  }

  /** Puts a symbol into the chosen cell. */
  enter(symbol: string): void {
    this.#actions.onEnter(this.#chosen, symbol)
  }

  #createCell(): HTMLElement {
    const cell = document.createElement('div')
    cell.className = 'cell'
    cell.tabIndex = -1
    cell.setAttribute('role', 'gridcell')
    const digit = document.createElement('span')
    digit.className = 'digit'
    digit.append('')
    cell.append(digit)
    this.#cells.push(cell)
    return cell
  }

  /** Touches only what differs from before: 81 cells change several times a second. */
  #showCell(index: number, state: CellState): void {
    const label = describe(index, state)
    const before = this.#shown[index]
    const isNew = <K extends keyof CellState>(key: K) => before?.[key] !== state[key]
    const cell = this.#cells[index]
    if (cell.ariaLabel !== label) cell.ariaLabel = label
    if (isNew('kind')) cell.dataset.kind = state.kind
    if (isNew('changed')) cell.toggleAttribute('data-changed', state.changed ?? false)
    if (isNew('guess')) cell.toggleAttribute('data-guess', state.guess ?? false)
    if (isNew('conflict')) {
      cell.toggleAttribute('data-conflict', state.conflict ?? false)
      cell.ariaInvalid = String(state.conflict ?? false)
    }
    if (isNew('confidence') || isNew('digit')) {
      cell.style.setProperty('--confidence', (state.confidence ?? 0).toFixed(3))
      cell.title = state.confidence === undefined ? '' : `${state.digit}: ${percent(state.confidence)} confident`
    }
    // The text node stays, for a new one would have to be laid out from scratch.
    if (isNew('digit') || isNew('candidates')) {
      const { digit, candidates } = state
      const text = cell.firstElementChild!.firstChild as Text
      text.data = candidates === undefined ? digit : pencilMarks(candidates)
      cell.toggleAttribute('data-candidates', candidates !== undefined)
      if (isNew('digit')) {
        const place = Number(digit) - 1
        cell.style.setProperty('--best-row', String(Math.floor(place / 3)))
        cell.style.setProperty('--best-column', String(place % 3))
      }
    }
    this.#shown[index] = state
  }

  #choose(index: number): void {
    this.#cells[this.#chosen].tabIndex = -1
    this.#chosen = index
    this.#cells[index].tabIndex = 0
  }

  #onKey(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    const { key } = event
    if (key in MOVES) {
      const [row, column] = MOVES[key](rowOf(this.#chosen), columnOf(this.#chosen))
      if (row >= 0 && row < SIZE && column >= 0 && column < SIZE) this.#choose(row * SIZE + column)
      this.focus()
    } else if (/^[1-9]$/.test(key)) this.enter(key)
    else if (CLEARING.includes(key)) this.enter('.')
    else if (key === 'Enter') this.#actions.onSolve()
    else if (key === 'Escape') this.#actions.onStop()
    else return
    event.preventDefault()
  }
}

/** The name a screen reader speaks: `row 3, column 5, given 7`. */
export function describe(index: number, state: CellState): string {
  const { digit, kind, confidence, candidates, changed, guess, conflict } = state
  const parts = [cellName(index)]
  if (kind === 'empty') parts.push('empty')
  else if (kind === 'given') parts.push(`given ${digit}`)
  else {
    parts.push(`model ${digit}`)
    if (confidence !== undefined) parts.push(`${percent(confidence)} confident`)
    if (candidates !== undefined) parts.push(`candidates ${[...candidates].sort().join(' ')}`)
  }
  if (guess) parts.push('guessed')
  if (changed) parts.push('changed in this step')
  if (conflict) parts.push('breaks a rule')
  return parts.join(', ')
}

/** Every digit at its own place in three lines, as people pencil them in. */
function pencilMarks(candidates: string): string {
  const place = (digit: string) => (candidates.includes(digit) ? digit : FIGURE_SPACE)
  return ['123', '456', '789'].map((line) => [...line].map(place).join(FIGURE_SPACE)).join('\n')
}

/** As wide as a digit. */
const FIGURE_SPACE = '\u2007'

export const percent = (share: number) => `${Math.round(share * 100)}%`

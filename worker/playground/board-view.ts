import { cellName, SIZE } from './cells.ts'
import { Grid } from './grid.ts'

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

const CLEARING = ['Backspace', 'Delete', '0', '.', ' ']

/** The Sudoku board on the page. */
export class BoardView {
  readonly #root: HTMLElement
  readonly #grid: Grid
  readonly #shown: CellState[] = []
  readonly #actions: BoardActions

  constructor(root: HTMLElement, actions: BoardActions) {
    this.#root = root
    this.#actions = actions
    this.#grid = new Grid(root, {
      rows: SIZE,
      columns: SIZE,
      label: 'Sudoku board',
      help: 'board-help',
      createCell,
      onKey: (key) => this.#onKey(key),
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
    this.#grid.focus()
  }

  /** Puts a symbol into the chosen cell. */
  enter(symbol: string): void {
    this.#actions.onEnter(this.#grid.chosen, symbol)
  }

  /** Touches only what differs from before: 81 cells change several times a second. */
  #showCell(index: number, state: CellState): void {
    const label = describe(index, state)
    const before = this.#shown[index]
    const isNew = <K extends keyof CellState>(key: K) => before?.[key] !== state[key]
    const cell = this.#grid.cells[index]
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

  #onKey(key: string): boolean {
    if (/^[1-9]$/.test(key)) this.enter(key)
    else if (CLEARING.includes(key)) this.enter('.')
    else if (key === 'Enter') this.#actions.onSolve()
    else if (key === 'Escape') this.#actions.onStop()
    else return false
    return true
  }
}

function createCell(): HTMLElement {
  const cell = document.createElement('div')
  cell.className = 'cell'
  const digit = document.createElement('span')
  digit.className = 'digit'
  digit.append('')
  cell.append(digit)
  return cell
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

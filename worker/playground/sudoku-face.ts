import type { SolveResult, SolveStep } from '../../src/solve/types.ts'
import type { App } from './app.ts'
import { formatBoard, parseBoardText } from './board-text.ts'
import { BoardView, type CellState } from './board-view.ts'
import { cellStates, openCells } from './cell-states.ts'
import { cellName, countFilled, EMPTY_BOARD, SIZE, withCell } from './cells.ts'
import { byId } from './dom.ts'
import { toPng } from './export.ts'
import type { Face } from './face.ts'
import type { Failure } from './failure.ts'
import { type Change, Undo } from './undo.ts'
import { clashTexts, solvedText, takenTexts, unsolvedText } from './wording.ts'

/** A Sudoku on the page. */
export class SudokuFace implements Face {
  readonly task = 'sudoku'
  readonly haltTells = true
  readonly shape = { rows: SIZE, cols: SIZE, boxRows: 3, boxCols: 3 }
  readonly #app: App
  readonly #board: BoardView
  readonly #onBoard: () => void
  readonly #pencil = byId('candidates', HTMLInputElement)
  readonly #undo = new Undo<string>()
  #givens = EMPTY_BOARD
  #blamed: ReadonlySet<number> = new Set()

  /** @param onBoard called with every new puzzle */
  constructor(app: App, onBoard: () => void) {
    this.#app = app
    this.#onBoard = onBoard
    this.#board = new BoardView(byId('board', HTMLElement), {
      onEnter: (index, symbol) => this.#enter(index, symbol),
      onSolve: () => void app.solve(),
      onStop: () => app.stop(),
    })
    this.#pencil.addEventListener('change', () => app.render())
  }

  get puzzle(): string {
    return this.#givens
  }

  get link(): ['board', string] {
    return ['board', this.#givens]
  }

  get text(): string {
    return formatBoard(this.#givens)
  }

  get open(): readonly number[] {
    return openCells(this.#givens)
  }

  show(step: SolveStep | undefined, running: boolean): void {
    this.#board.show(this.#cells(step))
    this.#board.readonly = running
    // A disabled fieldset disables its buttons.
    byId('keypad', HTMLFieldSetElement).disabled = running
  }

  begin(): void {
    this.#blamed = new Set()
  }

  blame({ cells }: Failure): void {
    this.#blamed = new Set(cells.map(({ index }) => index))
  }

  focus(): void {
    this.#board.focus()
  }

  clear(): void {
    this.load(EMPTY_BOARD, 'Clear')
    this.#app.status.say('Cleared.')
  }

  undo(): string | undefined {
    return this.#goTo(this.#undo.takeBack(this.#givens))
  }

  redo(): string | undefined {
    return this.#goTo(this.#undo.doAgain(this.#givens))
  }

  /** Puts a symbol into the chosen cell. */
  enter(symbol: string): void {
    this.#board.enter(symbol)
  }

  /** Takes a new puzzle; a solve that runs is stopped. */
  take(board: string): void {
    this.#givens = board
    this.begin()
    this.#app.turnTo(this)
    this.#onBoard()
  }

  /** Takes a new puzzle, which can be taken back, and puts it into the address. @param change what is done, for people */
  load(board: string, change: string): void {
    if (board !== this.#givens) this.#undo.keep(this.#givens, change)
    this.take(board)
    this.#app.address()
  }

  /** Takes a puzzle that someone brought, and says so. @param what it is, for people */
  takeOver(board: string, what: string): void {
    this.load(board, what)
    this.#app.status.say(...takenTexts(what, board))
  }

  loadText(text: string): string | undefined {
    const { board, problem } = parseBoardText(text)
    if (problem !== undefined) {
      this.#app.status.say('That is not a board.', problem, 'bad')
      return problem
    }
    this.takeOver(board, 'Board')
    return undefined
  }

  solvedText(result: SolveResult, milliseconds: number): string {
    return solvedText(result, milliseconds, this.open.length)
  }

  unsolvedText(result: SolveResult): string {
    return unsolvedText(result, 1)
  }

  toPng(step: SolveStep | undefined, style: CSSStyleDeclaration): Promise<Blob> {
    return toPng(this.#cells(step), style)
  }

  #goTo(last: Change<string> | undefined): string | undefined {
    if (last === undefined) return undefined
    this.take(last.puzzle)
    this.#app.address()
    return last.change
  }

  #enter(index: number, symbol: string): void {
    if (this.#app.refusesChange()) return
    const change = symbol === '.' ? `${cellName(index)} erased` : `${symbol} at ${cellName(index)}`
    this.load(withCell(this.#givens, index, symbol), change)
    const clash = clashTexts(this.#givens, index)
    if (clash) this.#app.status.say(...clash, 'bad')
    else this.#app.status.say(`${countFilled(this.#givens)} givens.`)
  }

  #cells(step: SolveStep | undefined): CellState[] {
    return cellStates(this.#givens, step, this.#blamed, this.#pencil.checked)
  }
}

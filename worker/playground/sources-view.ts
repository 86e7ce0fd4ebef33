import { countFilled } from './cells.ts'
import { buttonOf, byId } from './dom.ts'
import { generateBoard } from './generate.ts'
import { SAMPLE_SETS, type SampleSet } from './samples.ts'
import type { StatusView } from './status-view.ts'
import type { SudokuFace } from './sudoku-face.ts'

const OWN_BOARD = 'Take a sample, type a puzzle, or paste one.'

/** The row of chips that give a puzzle: the samples, a fresh one, and the boards of a file that was opened. */
export class SourcesView {
  readonly #sudoku: SudokuFace
  readonly #status: StatusView
  readonly #root = byId('samples', HTMLFieldSetElement)
  readonly #source = byId('source', HTMLElement)
  readonly #chips = new Map<SampleSet, HTMLButtonElement>()
  /** How many boards of a set were taken; a set that a file brought goes with its chip. */
  readonly #taken = new WeakMap<SampleSet, number>()
  #file: HTMLButtonElement | undefined

  constructor(sudoku: SudokuFace, status: StatusView) {
    this.#sudoku = sudoku
    this.#status = status
    for (const set of SAMPLE_SETS) {
      const chip = buttonOf(this.#root, set.name)
      this.#chips.set(set, chip)
      this.#wireSet(chip, set, `${set.name} puzzle`)
    }
    this.#wire(buttonOf(this.#root, 'Generated'), () => {
      const board = generateBoard()
      sudoku.load(board, 'a generated puzzle')
      status.say(`A new puzzle with ${countFilled(board)} givens.`, 'Press Solve.')
      return 'Made in this page just now: one solution, and no given too many'
    })
  }

  /** No chip gave the board that is there now. */
  showOwn(): void {
    this.#press(undefined, OWN_BOARD)
  }

  /** Shows a first puzzle as if its chip had been clicked, but leaves the address as it is. */
  showFirst(set: SampleSet): void {
    this.#sudoku.take(this.#take(set).board)
    this.#press(this.#chips.get(set)!, whence(set, 1))
  }

  /** Adds a chip for a file, in place of one for an earlier file, and takes its first board. */
  openFile(set: SampleSet): void {
    const chip = Object.assign(document.createElement('button'), { type: 'button', textContent: set.name })
    const hasFocus = document.activeElement === this.#file
    this.#file?.remove()
    this.#root.append(chip)
    if (hasFocus) chip.focus()
    this.#file = chip
    this.#wireSet(chip, set, 'Board')
    chip.click()
  }

  /** Every click takes the next board of the set. */
  #wireSet(chip: HTMLButtonElement, set: SampleSet, word: string): void {
    this.#wire(chip, () => {
      const { board, number } = this.#take(set)
      const which = `${word} ${number} of ${set.boards.length}`
      this.#sudoku.load(board, which)
      this.#status.say(`${which}.`, 'Press Solve.')
      return whence(set, number)
    })
  }

  /** The next board of a set, and which it is, from 1. */
  #take(set: SampleSet): { board: string; number: number } {
    const taken = this.#taken.get(set) ?? 0
    const number = (taken % set.boards.length) + 1
    this.#taken.set(set, taken + 1)
    return { board: set.boards[number - 1], number }
  }

  /** @param take shows a board. @returns where it comes from, for people */
  #wire(chip: HTMLButtonElement, take: () => string): void {
    chip.addEventListener('click', () => this.#press(chip, take()))
  }

  #press(chip: HTMLButtonElement | undefined, source: string): void {
    this.#source.textContent = source
    for (const other of this.#root.querySelectorAll('button')) {
      other.setAttribute('aria-pressed', String(other === chip))
    }
  }
}

const whence = ({ source, boards }: SampleSet, number: number) => `${source} (${number} of ${boards.length})`

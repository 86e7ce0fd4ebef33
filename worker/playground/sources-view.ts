import type { App } from './app.ts'
import { countFilled } from './cells.ts'
import { button, byId } from './dom.ts'
import { generateBoard } from './generate.ts'
import { SAMPLE_SETS, type SampleSet } from './samples.ts'

/** The row of chips that give a puzzle: the samples, a fresh one, and the boards of a file that was opened. */
export class SourcesView {
  readonly #app: App
  readonly #root = byId('samples', HTMLFieldSetElement)
  readonly #source = byId('source', HTMLElement)
  #file: HTMLButtonElement | undefined

  constructor(app: App) {
    this.#app = app
    for (const set of SAMPLE_SETS) this.#addSet(set, `${set.name} puzzle`)
    this.#add('Generated', () => {
      const board = generateBoard()
      app.load(board)
      app.status.say(`A new puzzle with ${countFilled(board)} givens.`, 'Press Solve.')
      return 'Made in this page just now: one solution, and no given too many'
    })
  }

  /** Adds a chip for a file, in place of one for an earlier file, and takes its first board. */
  openFile(set: SampleSet): void {
    this.#file?.remove()
    this.#file = this.#addSet(set, 'Board')
    this.#file.click()
  }

  /** Every click takes the next board of the set. */
  #addSet({ name, source, boards }: SampleSet, word: string): HTMLButtonElement {
    let next = 0
    return this.#add(name, () => {
      const number = next + 1
      this.#app.load(boards[next])
      this.#app.status.say(`${word} ${number} of ${boards.length}.`, 'Press Solve.')
      next = number % boards.length
      return `${source} (${number} of ${boards.length})`
    })
  }

  /** @param take shows a board. @returns where it comes from, for people */
  #add(name: string, take: () => string): HTMLButtonElement {
    const chip = button(name, () => {
      this.#source.textContent = take()
      for (const other of this.#root.querySelectorAll('button')) {
        other.setAttribute('aria-pressed', String(other === chip))
      }
    })
    chip.setAttribute('aria-pressed', 'false')
    this.#root.append(chip)
    return chip
  }
}

import { byId } from '../dom.ts'
import type { PrecisionStep } from './lockstep.ts'
import { outcomeText, stepTexts } from './wording.ts'

/** The table of int8 beside float32, a row a step. */
export class PrecisionView {
  readonly #table = byId('precision-table', HTMLTableElement)
  readonly #rows = byId('precision-rows', HTMLTableSectionElement)
  readonly #note = byId('precision-note', HTMLElement)

  clear(): void {
    this.#table.hidden = true
    this.#rows.replaceChildren()
    this.say('')
  }

  add(step: PrecisionStep): void {
    this.#table.hidden = false
    const row = this.#rows.insertRow()
    for (const text of stepTexts(step)) row.insertCell().textContent = text
  }

  /** Tells how it ended. */
  finish(steps: readonly PrecisionStep[]): void {
    this.say(outcomeText(steps))
  }

  /** Screen readers speak this: it changes at the beginning and at the end, not at every step. */
  say(text: string): void {
    this.#note.textContent = text
  }
}

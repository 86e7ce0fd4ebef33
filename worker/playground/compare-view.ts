import { type Agreement, agreementText, type Run } from './compare.ts'
import { byId } from './dom.ts'
import { durationText } from './wording.ts'

/** The table of the last comparison. */
export class CompareView {
  readonly #rows = byId('compare-rows', HTMLTableSectionElement)
  readonly #note = byId('compare-note', HTMLElement)

  /** Empties the table; `text` says what goes on, or what is wrong. */
  say(text: string): void {
    this.#rows.replaceChildren()
    this.#note.textContent = text
  }

  show(runs: readonly Run[], agreement: Agreement): void {
    this.#rows.replaceChildren(...runs.map(rowOf))
    this.#note.textContent = agreementText(agreement)
  }
}

function rowOf({ place, result, milliseconds }: Run): HTMLTableRowElement {
  const row = document.createElement('tr')
  const head = document.createElement('th')
  head.scope = 'row'
  head.textContent = place
  row.append(head)
  for (const text of [result.status, String(result.steps), durationText(milliseconds)]) {
    row.insertCell().textContent = text
  }
  return row
}

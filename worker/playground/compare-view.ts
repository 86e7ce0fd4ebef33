import { agreementOf, agreementText, type Run } from './compare.ts'
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

  /** @param problem why there are not more runs */
  show(runs: readonly Run[], problem?: string): void {
    this.#rows.replaceChildren(...runs.map((run) => rowOf(run, runs[0])))
    this.#note.textContent = problem ?? 'To agree is to read the same board with the same confidence, to four digits.'
  }
}

function rowOf({ place, result, milliseconds, steps }: Run, first: Run): HTMLTableRowElement {
  const row = document.createElement('tr')
  const head = document.createElement('th')
  head.scope = 'row'
  head.textContent = place
  row.append(head)
  const agreement = steps === first.steps ? '–' : agreementText(agreementOf(first.steps, steps))
  for (const text of [result.status, String(result.steps), durationText(milliseconds), agreement]) {
    row.insertCell().textContent = text
  }
  return row
}

import { agreementOf, agreementText, type Run } from './compare.ts'
import { byId } from './dom.ts'
import type { Where } from './solve-stream.ts'
import { durationText, PLACES } from './wording.ts'

const COLUMNS = 4

/** The table of the last comparison, with a row for every place from the start, so that nothing jumps. */
export class CompareView {
  readonly #rows = byId('compare-rows', HTMLTableSectionElement)
  readonly #note = byId('compare-note', HTMLElement)

  constructor() {
    this.clear(['page', 'edge'])
  }

  /** A comparison of these places has no results yet. */
  clear(places: readonly Where[]): void {
    this.#rows.replaceChildren(...places.map((where) => rowOf(PLACES[where], new Array(COLUMNS).fill('–'))))
    this.#note.textContent = ''
  }

  /** Puts a result into its row. @param runs all so far, in the order of the rows */
  add(runs: readonly Run[]): void {
    const { where, result, milliseconds, steps } = runs.at(-1)!
    const agreement = runs.length === 1 ? '–' : agreementText(agreementOf(runs[0].steps, steps))
    const texts = [result.status, String(result.steps), durationText(milliseconds), agreement]
    this.#rows.rows[runs.length - 1].replaceWith(rowOf(PLACES[where], texts))
  }

  say(text: string): void {
    this.#note.textContent = text
  }
}

function rowOf(name: string, texts: readonly string[]): HTMLTableRowElement {
  const row = document.createElement('tr')
  row.append(Object.assign(document.createElement('th'), { scope: 'row', textContent: name }))
  for (const text of texts) row.insertCell().textContent = text
  return row
}

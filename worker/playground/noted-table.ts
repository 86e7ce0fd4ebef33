import { byId } from './dom.ts'

/** A table that is hidden while it has no rows, with a note below: `NAME-table`, `NAME-rows`, `NAME-note` of the page. */
export class NotedTable {
  readonly #table: HTMLTableElement
  readonly #rows: HTMLTableSectionElement
  readonly #note: HTMLElement

  constructor(name: string) {
    this.#table = byId(`${name}-table`, HTMLTableElement)
    this.#rows = byId(`${name}-rows`, HTMLTableSectionElement)
    this.#note = byId(`${name}-note`, HTMLElement)
  }

  clear(): void {
    this.fill([])
    this.say('')
  }

  /** Adds a row. */
  add(texts: readonly string[]): void {
    this.#table.hidden = false
    const row = this.#rows.insertRow()
    for (const text of texts) row.insertCell().textContent = text
  }

  /** Puts these rows in place of what is there. */
  fill(rows: readonly (readonly string[])[]): void {
    this.#table.hidden = true
    this.#rows.replaceChildren()
    for (const texts of rows) this.add(texts)
  }

  /** Screen readers speak this: it is for the beginning and the end, not for every row. */
  say(text: string): void {
    this.#note.textContent = text
  }
}

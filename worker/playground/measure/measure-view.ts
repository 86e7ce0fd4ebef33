import type { GpuReport } from '../../../src/cli/bench/gpu-bench.ts'
import { byId } from '../dom.ts'
import { outcomeText, rowTexts } from './wording.ts'

/** The table of batches on the GPU and in wasm. */
export class MeasureView {
  readonly #table = byId('measure-table', HTMLTableElement)
  readonly #rows = byId('measure-rows', HTMLTableSectionElement)
  readonly #note = byId('measure-note', HTMLElement)

  clear(): void {
    this.#table.hidden = true
    this.#rows.replaceChildren()
    this.say('')
  }

  show({ batches }: GpuReport): void {
    this.#table.hidden = batches.length === 0
    this.#rows.replaceChildren()
    for (const batch of batches) {
      const row = this.#rows.insertRow()
      for (const text of rowTexts(batch)) row.insertCell().textContent = text
    }
  }

  finish(report: GpuReport): void {
    this.show(report)
    this.say(outcomeText(report))
  }

  say(text: string): void {
    this.#note.textContent = text
  }
}

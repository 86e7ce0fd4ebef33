import type { App } from './app.ts'
import { byId } from './dom.ts'
import type { Face } from './face.ts'

/** The panel with the puzzle as text. It follows the puzzle, open or closed, until someone writes in it. */
export class TextView {
  readonly #details = byId('text', HTMLDetailsElement)
  readonly #area = byId('board-text', HTMLTextAreaElement)
  readonly #problem = byId('text-problem', HTMLElement)
  /** What the page put there. */
  #put = ''

  /** @param take gives a text to its kind of puzzle. @returns why not */
  constructor(app: App, take: (text: string) => Promise<string | undefined>) {
    this.#details.addEventListener('toggle', () => {
      // Not at opening: the event comes later, and what someone wrote at once would be gone.
      if (!this.#details.open) this.#write(app.face)
    })
    byId('use-text', HTMLButtonElement).addEventListener('click', async () => {
      const problem = await take(this.#area.value)
      // The status line may be a screen away.
      this.#problem.textContent = problem ?? ''
      if (problem !== undefined) return
      this.#write(app.face)
      // A board of another kind has no cells before it was drawn.
      app.render()
      app.face.focus()
    })
  }

  /** Another puzzle is there. */
  follow(face: Face): void {
    if (this.#area.value === this.#put) this.#write(face)
  }

  close(): void {
    this.#details.open = false
  }

  #write({ text }: Face): void {
    this.#put = text
    this.#area.value = text
    this.#problem.textContent = ''
  }
}

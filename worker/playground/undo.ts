/** Changes that can be taken back; nobody goes further. */
const MOST = 100

/** The puzzles of one kind that were there before, newest last. */
export class Undo<Puzzle> {
  readonly #kept: { puzzle: Puzzle; change: string }[] = []

  /**
   * Keeps the puzzle that a change begins with; once, however many cells one stroke changes.
   * @param change what is done to it, for people
   */
  keep(puzzle: Puzzle, change: string): void {
    if (this.#kept.at(-1)?.puzzle === puzzle) return
    this.#kept.push({ puzzle, change })
    if (this.#kept.length > MOST) this.#kept.shift()
  }

  /** The puzzle before the last change that was not taken back yet, and that change. Undefined where there is none. */
  takeBack(): { puzzle: Puzzle; change: string } | undefined {
    return this.#kept.pop()
  }
}

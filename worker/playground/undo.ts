/** Changes that can be taken back; nobody goes further. */
const MOST = 100

export interface Change<Puzzle> {
  readonly puzzle: Puzzle
  /** What was done, for people. */
  readonly change: string
}

/** The changes of puzzles of one kind, to be taken back and done again. */
export class Undo<Puzzle> {
  /** Changes that stand, with the puzzle before each; newest last. */
  readonly #done: Change<Puzzle>[] = []
  /** Changes that were taken back, with the puzzle after each; the one taken back last is last. */
  readonly #undone: Change<Puzzle>[] = []

  /**
   * Keeps the puzzle that a change begins with; once, however many cells one stroke changes.
   * @param change what is done to it, for people
   */
  keep(puzzle: Puzzle, change: string): void {
    if (this.#done.at(-1)?.puzzle === puzzle) return
    this.#done.push({ puzzle, change })
    if (this.#done.length > MOST) this.#done.shift()
    this.#undone.length = 0
  }

  /** The puzzle before the last change that stands, and that change. Undefined where there is none. @param now the puzzle */
  takeBack(now: Puzzle): Change<Puzzle> | undefined {
    return move(this.#done, this.#undone, now)
  }

  /** The puzzle after the change that was taken back last, and that change. Undefined where there is none. */
  doAgain(now: Puzzle): Change<Puzzle> | undefined {
    return move(this.#undone, this.#done, now)
  }
}

/** Takes the newest change of one list over to the other, which leads back to the puzzle of now. */
function move<Puzzle>(from: Change<Puzzle>[], to: Change<Puzzle>[], now: Puzzle): Change<Puzzle> | undefined {
  const last = from.pop()
  if (last) to.push({ puzzle: now, change: last.change })
  return last
}

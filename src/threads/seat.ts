import type { HrmError } from '../errors.ts'
import { Link } from './link.ts'

/** The place of one worker: started when first needed, and again after it died. */
export class Seat {
  readonly #connect: () => Promise<Link>
  #link: Link | Promise<Link> | undefined
  #load = 0

  /** @param link of a worker that runs already */
  constructor(connect: () => Promise<Link>, link?: Link) {
    this.#connect = connect
    this.#link = link
  }

  /** Users of this seat now. */
  get load(): number {
    return this.#load
  }

  /** Counts as a user until `done` is called. */
  take(): { link: Promise<Link>; done: () => void } {
    this.#load++
    return { link: this.#alive(), done: () => this.#load-- }
  }

  async use<T>(work: (link: Link) => Promise<T>): Promise<T> {
    const { link, done } = this.take()
    try {
      return await work(await link)
    } finally {
      done()
    }
  }

  close(reason: HrmError): void {
    const close = (link: Link) => link.close(reason)
    if (this.#link instanceof Link) close(this.#link)
    else this.#link?.then(close, () => {})
  }

  /** The link, or a new one where there is none yet or the worker has died. Calls that come together share it. */
  async #alive(): Promise<Link> {
    const before = this.#link
    if (before instanceof Promise || (before instanceof Link && !before.dead)) return before
    const next = this.#connect()
    this.#link = next
    // A worker that would not start leaves things as they were: the call after this one tries again.
    next.then(
      (link) => (this.#link = link),
      () => (this.#link = before),
    )
    return next
  }
}

import type { HrmError } from '../errors.ts'
import { untilAborted } from '../on-abort.ts'
import { Link } from './link.ts'

/** The place of one worker: started when first needed, and again after it died. */
export class Seat {
  readonly #connect: (signal: AbortSignal) => Promise<Link>
  readonly #closed = new AbortController()
  #link: Link | Promise<Link> | undefined
  #load = 0

  /**
   * @param connect gives up, and ends the worker that it has started, when its signal is aborted
   * @param link of a worker that runs already
   */
  constructor(connect: (signal: AbortSignal) => Promise<Link>, link?: Link) {
    this.#connect = connect
    this.#link = link
  }

  /** Users of this seat now. */
  get load(): number {
    return this.#load
  }

  /** Counts as a user until `done` is called, any number of times. An abort ends the wait for the link; the worker goes on starting. */
  take(signal?: AbortSignal): { link: Promise<Link>; done: () => void } {
    this.#load++
    let using = true
    const done = () => {
      if (using) this.#load--
      using = false
    }
    return { link: untilAborted(this.#alive(), signal), done }
  }

  /** Ends the worker, also one that is only starting, and whatever uses it or waits for it fails with `reason`. */
  close(reason: HrmError): void {
    this.#closed.abort(reason)
    const close = (link: Link) => link.close(reason)
    if (this.#link instanceof Link) close(this.#link)
    else this.#link?.then(close, () => {})
  }

  /** The link, or a new one where there is none yet or the worker has died. Calls that come together share it. */
  async #alive(): Promise<Link> {
    const before = this.#link
    if (before instanceof Promise || (before instanceof Link && !before.dead)) return before
    const next = this.#start()
    this.#link = next
    // A worker that would not start leaves things as they were: the call after this one tries again.
    next.then(
      (link) => (this.#link = link),
      () => (this.#link = before),
    )
    return next
  }

  async #start(): Promise<Link> {
    const { signal } = this.#closed
    try {
      return await this.#connect(signal)
    } catch (error) {
      throw signal.aborted ? signal.reason : error
    }
  }
}

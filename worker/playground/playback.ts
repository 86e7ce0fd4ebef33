/** Steps shown a second; `auto` shows a whole solve in a few seconds; `live` shows each as it is computed. */
export type Speed = number | 'auto' | 'live'

const AUTO_LONGEST_MS = 250
const AUTO_WHOLE_MS = 6000

/**
 * Where in a solve the page stands. Position 0 is the puzzle, position n the board after step n. Steps come while the
 * solver computes them; playing goes on from one to the next at the chosen speed and waits for those still to come.
 */
export class Playback {
  readonly #onChange: () => void
  #speed: Speed = 'auto'
  #position = 0
  #length = 0
  #playing = false
  #complete = true
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(onChange: () => void) {
    this.#onChange = onChange
  }

  get position(): number {
    return this.#position
  }

  get length(): number {
    return this.#length
  }

  get playing(): boolean {
    return this.#playing
  }

  /** A new solve begins, and is followed. */
  begin(): void {
    this.clear()
    this.#complete = false
    this.play()
  }

  /** Back to a puzzle without a solve. */
  clear(): void {
    this.#stopTimer()
    this.#position = 0
    this.#length = 0
    this.#playing = false
    this.#complete = true
    this.#onChange()
  }

  /** One more step is there. */
  push(): void {
    this.#length++
    this.#schedule()
    this.#onChange()
  }

  /** No more steps will come. */
  complete(): void {
    this.#complete = true
    this.#schedule()
    this.#onChange()
  }

  /** Goes on from here, or from the start when at the end. */
  play(): void {
    if (this.#complete && this.#position === this.#length) this.#position = 0
    this.#playing = true
    this.#schedule()
    this.#onChange()
  }

  pause(): void {
    this.#playing = false
    this.#stopTimer()
    this.#onChange()
  }

  /** Shows one position and stays there. */
  seek(position: number): void {
    this.#position = Math.max(0, Math.min(this.#length, position))
    this.pause()
  }

  setSpeed(speed: Speed): void {
    this.#speed = speed
    this.#stopTimer()
    this.#schedule()
    this.#onChange()
  }

  #stopTimer(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #schedule(): void {
    if (!this.#playing || this.#timer !== undefined) return
    if (this.#speed === 'live') this.#position = this.#length
    if (this.#position === this.#length) {
      if (this.#complete) this.#playing = false
      return
    }
    const delay = this.#delay(this.#speed)
    const from = performance.now()
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      // A timer that came late (a slow machine, a hidden tab) makes up for it.
      const due = Math.max(1, Math.floor((performance.now() - from) / delay))
      this.#position = Math.min(this.#length, this.#position + due)
      this.#schedule()
      this.#onChange()
    }, delay)
  }

  #delay(speed: Speed): number {
    if (typeof speed === 'number') return 1000 / speed
    return Math.min(AUTO_LONGEST_MS, AUTO_WHOLE_MS / this.#length)
  }
}

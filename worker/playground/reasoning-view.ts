import type { SolveStep } from '../../src/solve/types.ts'
import { percent } from './board-view.ts'
import { ChartView } from './chart-view.ts'
import { byId } from './dom.ts'
import type { Face } from './face.ts'
import type { Playback, Speed } from './playback.ts'
import { type Segment, segmentsOf } from './segments.ts'

/** What is disabled where there are no steps. */
const OF_STEPS = '.transport *, #attempts, #save-json'

/** The panel of steps: scrubber, playing, chart, attempts. */
export class ReasoningView {
  readonly #playback: Playback
  readonly #chart: ChartView
  readonly #scrubber = byId('scrubber', HTMLInputElement)
  readonly #play = byId('play', HTMLButtonElement)
  readonly #attempts = byId('attempts', HTMLSelectElement)
  #segments: Segment[] = []
  /** The solve in the chart, and how many of its steps. */
  #steps: readonly SolveStep[] | undefined
  #charted = 0
  /** Segments in the list of attempts. */
  #listed = 0

  constructor(playback: Playback) {
    this.#playback = playback
    this.#chart = new ChartView(byId('chart', HTMLElement), (position) => playback.seek(position))
    this.#play.addEventListener('click', () => (playback.playing ? playback.pause() : playback.play()))
    this.#scrubber.addEventListener('input', () => playback.seek(this.#scrubber.valueAsNumber))
    const seekOn = (id: string, position: () => number) =>
      byId(id, HTMLButtonElement).addEventListener('click', () => playback.seek(position()))
    seekOn('first', () => 0)
    seekOn('back', () => playback.position - 1)
    seekOn('forward', () => playback.position + 1)
    seekOn('last', () => playback.length)
    this.#attempts.addEventListener('change', () => playback.seek(Number(this.#attempts.value)))
    const speed = byId('speed', HTMLSelectElement)
    const setSpeed = () => playback.setSpeed(toSpeed(speed.value))
    speed.addEventListener('change', setSpeed)
    // Nothing should move by itself for people who asked for that: the newest step is shown at once.
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) speed.value = 'live'
    setSpeed()
  }

  /** @param puzzle whose solve it is */
  show(steps: readonly SolveStep[], face: Pick<Face, 'open' | 'haltTells' | 'focus'>): void {
    const { open, haltTells } = face
    const { position, length, playing } = this.#playback
    // Disabled, it would lose the focus to the top of the page.
    if (length === 0 && document.activeElement?.matches(OF_STEPS)) face.focus()
    if (this.#steps !== steps || this.#charted !== steps.length) this.#showSteps(steps, open, haltTells)
    this.#chart.setPosition(position)
    this.#showTransport(position, length, playing)
    const segment = this.#segments.findLast(({ first }) => first <= position)
    if (segment) this.#attempts.value = String(segment.first)
    const step = steps[position - 1]
    byId('readout-step', HTMLElement).textContent = stepText(step, steps.at(-1)?.step)
    byId('readout-attempt', HTMLElement).textContent = attemptText(step, segment, length)
    byId('value-confidence', HTMLElement).textContent = step ? percent(meanConfidence(step, open)) : '–'
    byId('value-halt', HTMLElement).textContent = step ? percent(sigmoid(step.qHalt)) : '–'
  }

  /** A solve has ended: the chart gets its words. */
  describe(): void {
    this.#chart.describe()
  }

  #showSteps(steps: readonly SolveStep[], open: readonly number[], haltTells: boolean): void {
    if (this.#steps !== steps) this.#listed = 0
    this.#steps = steps
    this.#charted = steps.length
    this.#segments = segmentsOf(steps)
    this.#chart.setData(
      steps.map((step) => ({
        step: step.step,
        confidence: meanConfidence(step, open),
        halt: haltTells ? sigmoid(step.qHalt) : undefined,
      })),
      this.#segments,
    )
    this.#chart.describe()
    this.#showAttempts()
  }

  /** Adds what is new: a list made afresh at every step would close under the person's hand. */
  #showAttempts(): void {
    if (this.#listed === 0) this.#attempts.replaceChildren(...(this.#segments.length > 0 ? [] : [new Option('–')]))
    for (const { first, step, attempt, name } of this.#segments.slice(this.#listed)) {
      this.#attempts.append(new Option(`${attempt}: ${name}, step ${step}`, String(first)))
    }
    this.#listed = this.#segments.length
    this.#attempts.disabled = this.#listed < 2
  }

  #showTransport(position: number, length: number, playing: boolean): void {
    this.#scrubber.max = String(length)
    this.#scrubber.value = String(position)
    this.#scrubber.disabled = length === 0
    this.#scrubber.setAttribute('aria-valuetext', position === 0 ? 'the puzzle' : `step ${position} of ${length}`)
    this.#play.toggleAttribute('data-playing', playing)
    this.#play.setAttribute('aria-label', playing ? 'Pause' : 'Play')
    this.#play.disabled = length === 0
    for (const id of ['first', 'back']) this.#disable(id, position === 0)
    for (const id of ['forward', 'last']) this.#disable(id, position === length)
  }

  /** A disabled button loses the focus: the scrubber, which does the same and is there with any step, takes it. */
  #disable(id: string, disabled: boolean): void {
    const button = byId(id, HTMLButtonElement)
    if (disabled && button === document.activeElement) this.#scrubber.focus()
    button.disabled = disabled
  }
}

function toSpeed(value: string): Speed {
  return value === 'auto' || value === 'live' ? value : Number(value)
}

function stepText(step: SolveStep | undefined, last: number | undefined): string {
  if (last === undefined) return 'No steps yet'
  if (step === undefined) return `The puzzle, before ${last} ${last === 1 ? 'step' : 'steps'}`
  if (step.step === 1) return `Step 1 of ${last}: the first reading`
  const { length: changed } = step.changed
  return `Step ${step.step} of ${last}: ${changed} ${changed === 1 ? 'cell' : 'cells'} changed`
}

function attemptText(step: SolveStep | undefined, segment: Segment | undefined, length: number): string {
  if (step && segment) return `Attempt ${segment.attempt}, ${segment.name}`
  return length === 0 ? 'Solve a board to see how the model gets there.' : 'Play, or move the slider.'
}

function meanConfidence({ confidence }: SolveStep, openCells: readonly number[]): number {
  if (openCells.length === 0) return 1
  return openCells.reduce((sum, cell) => sum + confidence[cell], 0) / openCells.length
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))

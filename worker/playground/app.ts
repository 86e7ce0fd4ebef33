import { untilAborted } from '../../src/on-abort.ts'
import type { SolveResult, SolveStep } from '../../src/solve/types.ts'
import { writeAddress } from './address.ts'
import type { Run } from './compare.ts'
import { CompareView } from './compare-view.ts'
import { byId } from './dom.ts'
import { edgeBudget } from './edge-budget.ts'
import { type Solve, save, toJson } from './export.ts'
import type { Face } from './face.ts'
import { failureText, toFailure } from './failure.ts'
import { toHash } from './link.ts'
import { runMeasure } from './measure/run-measure.ts'
import { outcomeText as measureOutcome, rowTexts } from './measure/wording.ts'
import { loadModel } from './model-facts.ts'
import { NotedTable } from './noted-table.ts'
import { Playback } from './playback.ts'
import type { PrecisionStep } from './precision/lockstep.ts'
import { runPrecision } from './precision/run-precision.ts'
import { outcomeText as precisionOutcome, stepTexts } from './precision/wording.ts'
import { ReasoningView } from './reasoning-view.ts'
import { modelAt, solveAt, type Where } from './solve-stream.ts'
import { StatusView } from './status-view.ts'
import { cutText, durationText, PLACES, stepsText, stoppedText } from './wording.ts'

/** Steps of int8 beside float32: as many as the net was trained for. */
const PRECISION_STEPS = 16

/** What takes the model's time; one at a time. Each is a button that stops it meanwhile. */
const WORKS = { solve: 'Solve', compare: 'Compare', precision: 'Compare with float32', measure: 'Measure the GPU' }
type Work = keyof typeof WORKS

export interface SolveRequest {
  where: Where
  maxSteps: number
  seed: number
  /** Why nothing can be solved so, for people. */
  problem?: string
}

/** The page's state: a puzzle, and the steps of its last solve. */
export class App {
  readonly status = new StatusView()
  readonly playback: Playback
  readonly #reasoning: ReasoningView
  readonly #comparison = new CompareView()
  /** int8 beside float32, a row a step. */
  readonly #precision = new NotedTable('precision')
  /** Batches on the GPU and in wasm. */
  readonly #measure = new NotedTable('measure')
  readonly #readRequest: () => SolveRequest
  readonly #onPuzzle: (face: Face) => void
  readonly #gpu = byId('with-gpu', HTMLInputElement)
  #face: Face | undefined
  #steps: SolveStep[] = []
  /** The last solve; one that was stopped has no result. */
  #solve: Solve | undefined
  #running: { work: Work; abort: AbortController } | undefined
  #frame = 0
  /** How many works began. */
  works = 0

  /** @param onPuzzle called with every new puzzle, which may be of another kind */
  constructor(readRequest: () => SolveRequest, onPuzzle: (face: Face) => void) {
    this.#readRequest = readRequest
    this.#onPuzzle = onPuzzle
    this.playback = new Playback(() => this.#requestRender())
    this.#reasoning = new ReasoningView(this.playback)
  }

  /** The kind of puzzle that is there now. */
  get face(): Face {
    if (this.#face === undefined) throw new Error('the page has no puzzle yet')
    return this.#face
  }

  get running(): boolean {
    return this.#running !== undefined
  }

  /** Shows a new puzzle, of another kind perhaps; a solve that runs is stopped. */
  turnTo(face: Face): void {
    this.stop()
    this.#face = face
    this.#steps = []
    this.#solve = undefined
    this.#comparison.clear(['page', 'edge'])
    this.#precision.clear()
    this.playback.clear()
    this.#onPuzzle(face)
  }

  /** Puts the puzzle and how to solve it into the address: a reload or a copied link shows the same steps. @returns the link */
  address(): string {
    const hash = toHash(this.face.link, this.#readRequest())
    writeAddress(hash)
    return new URL(hash, location.href).href
  }

  /** Says so where the puzzle cannot be changed now. */
  refusesChange(): boolean {
    if (this.running) this.status.say('The model is at work.', 'Stop it to change the board.')
    return this.running
  }

  stop(): void {
    this.#running?.abort.abort()
  }

  /** Begins a work, or stops what runs. */
  toggle(work: Work): void {
    if (this.running) this.stop()
    else void this[work]()
  }

  solve(): Promise<void> {
    return this.#run('solve', async (signal) => {
      const { where, maxSteps, seed, problem } = this.#readRequest()
      if (problem !== undefined) {
        this.status.say('Not started.', problem, 'bad')
        return
      }
      const { face } = this
      const { task, puzzle } = face
      const steps: SolveStep[] = []
      const solve: Solve = { task, puzzle, where, maxSteps, seed, steps }
      this.#steps = steps
      this.#solve = solve
      face.begin()
      this.playback.begin()
      this.status.say(where === 'page' ? 'Loading the model …' : 'Thinking at the edge.')
      try {
        if (where === 'edge') {
          solve.maxSteps = await untilAborted(edgeBudget(this, face, maxSteps), signal)
          if (solve.maxSteps < maxSteps) this.status.say('Thinking at the edge.', cutText(solve.maxSteps))
        }
        if (where === 'page') {
          await untilAborted(loadModel(this, task), signal)
          this.status.say('Thinking in this page.')
        }
        const options = { maxSteps: solve.maxSteps, seed, signal }
        const { result, milliseconds } = await solveAt(where, task, puzzle, options, (step) => {
          steps.push(step)
          if (!signal.aborted) this.playback.push()
        })
        Object.assign(solve, { model: result.model, milliseconds, result })
        this.#showResult(result, where, milliseconds)
      } catch (error) {
        const failure = toFailure(error)
        // A new puzzle stops the old one's solve, and has the status line by now.
        if (failure.code !== 'aborted') {
          face.blame(failure)
          this.status.fail(failure)
        } else if (steps === this.#steps) this.status.say('Stopped', stoppedText(steps.length))
      } finally {
        this.playback.complete()
        this.#reasoning.describe()
      }
    })
  }

  /** Solves the puzzle in several places, one after the other, and shows how they agree. */
  compare(): Promise<void> {
    return this.#run('compare', async (signal) => {
      const { maxSteps, seed, problem } = this.#readRequest()
      if (problem !== undefined) {
        this.#comparison.say(problem)
        return
      }
      const places: Where[] = this.#gpu.checked ? ['page', 'edge', 'gpu'] : ['page', 'edge']
      const { task, puzzle } = this.face
      const runs: Run[] = []
      this.#comparison.clear(places)
      try {
        for (const where of places) {
          this.#comparison.say(`Solving ${PLACES[where]} …`)
          const steps: SolveStep[] = []
          if (where === 'page') await untilAborted(loadModel(this, task), signal)
          const { result, milliseconds } = await solveAt(where, task, puzzle, { maxSteps, seed, signal }, (step) => {
            steps.push(step)
          })
          runs.push({ where, result, milliseconds, steps })
          this.#comparison.add(runs)
        }
        this.#comparison.say('To agree is to read the same board with the same confidence, to four digits.')
      } catch (error) {
        if (puzzle === this.face.puzzle) this.#comparison.say(failureText(error))
      }
    })
  }

  /** Runs the net in int8 and in float32 side by side, and shows how far apart they are. */
  precision(): Promise<void> {
    return this.#run('precision', async (signal) => {
      const { puzzle } = this.face
      const steps: PrecisionStep[] = []
      this.#precision.clear()
      this.#precision.say('Running both …')
      try {
        for await (const step of runPrecision(puzzle, { maxSteps: PRECISION_STEPS, signal })) {
          steps.push(step)
          this.#precision.add(stepTexts(step))
        }
        this.#precision.say(precisionOutcome(steps))
      } catch (error) {
        if (puzzle === this.face.puzzle) this.#precision.say(failureText(error))
      }
    })
  }

  /** Times batches on this device's GPU; the puzzle has no part in it. */
  measure(): Promise<void> {
    return this.#run('measure', async (signal) => {
      this.#measure.clear()
      this.#measure.say('Getting the GPU ready …')
      try {
        const report = await runMeasure(signal, ({ batch, report }) => {
          this.#measure.fill(report.batches.map(rowTexts))
          this.#measure.say(`Timing ${batch === 1 ? 'one board' : `${batch} boards at once`} …`)
        })
        this.#measure.fill(report.batches.map(rowTexts))
        this.#measure.say(measureOutcome(report))
      } catch (error) {
        this.#measure.say(failureText(error))
      }
    })
  }

  async saveJson(): Promise<void> {
    const solve = this.#solve
    if (solve === undefined) return
    // The result tells it, which a solve that was stopped has not.
    solve.model ??= await modelAt(solve.where, solve.task)
    save(toJson(solve), 'hrm-edge-solve.json')
  }

  /** Saves the board as it is shown now. */
  async savePng(): Promise<void> {
    save(await this.face.toPng(this.#step, getComputedStyle(document.body)), 'hrm-edge-board.png')
  }

  async #run(work: Work, job: (signal: AbortSignal) => Promise<void>): Promise<void> {
    if (this.#running) return
    const abort = new AbortController()
    this.#running = { work, abort }
    this.works++
    this.#requestRender()
    try {
      await job(abort.signal)
    } finally {
      // A job that throws is a bug; left as running it would disable every button until a reload.
      this.#running = undefined
      this.#requestRender()
    }
  }

  #showResult(result: SolveResult, where: Where, milliseconds: number): void {
    if (result.status === 'solved') this.status.say('Solved', this.face.solvedText(result, milliseconds), 'good')
    else this.status.say('Not solved', this.face.unsolvedText(result))
    byId('fact-time', HTMLElement).textContent =
      `${stepsText(result.steps)}, ${durationText(milliseconds)} ${PLACES[where]}`
  }

  get #step(): SolveStep | undefined {
    return this.#steps[this.playback.position - 1]
  }

  /** Draws at most once a frame, however fast the steps come. */
  #requestRender(): void {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0
      this.render()
    })
  }

  render(): void {
    this.face.show(this.#step, this.running)
    this.#reasoning.show(this.#steps, this.face)
    for (const [work, label] of Object.entries(WORKS)) {
      const button = byId(work, HTMLButtonElement)
      const stops = this.#running?.work === work
      button.toggleAttribute('data-running', stops)
      button.disabled = this.running && !stops
      button.firstElementChild!.textContent = stops ? 'Stop' : label
    }
    byId('save-json', HTMLButtonElement).disabled = this.running || this.#steps.length === 0
  }
}

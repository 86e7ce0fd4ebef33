import type { SolveResult, SolveStep } from '../../src/solve/types.ts'
import { parseBoardText, toHash } from './board-text.ts'
import { BoardView, type CellState } from './board-view.ts'
import { cellStates, openCells } from './cell-states.ts'
import { cellName, conflictsOf, countFilled, EMPTY_BOARD, withCell } from './cells.ts'
import type { Run } from './compare.ts'
import { CompareView } from './compare-view.ts'
import { byId } from './dom.ts'
import { type Solve, save, toJson, toPng } from './export.ts'
import { type Failure, headline, toFailure } from './failure.ts'
import { Playback } from './playback.ts'
import { ReasoningView } from './reasoning-view.ts'
import { solveAt, type Where } from './solve-stream.ts'
import { StatusView } from './status-view.ts'
import { failedCells, solvedText, stoppedText, unsolvedText } from './wording.ts'

const PLACES: Record<Where, string> = { page: 'here', edge: 'at the edge', gpu: 'on the GPU here' }

export interface SolveRequest {
  where: Where
  maxSteps: number
  seed: number
}

/** The page's state: a puzzle, and the steps of its last solve. */
export class App {
  readonly board: BoardView
  readonly status = new StatusView()
  readonly playback: Playback
  readonly #reasoning: ReasoningView
  readonly #comparison = new CompareView()
  readonly #readRequest: () => SolveRequest
  readonly #pencil = byId('candidates', HTMLInputElement)
  #givens = EMPTY_BOARD
  #steps: SolveStep[] = []
  /** The last solve that ended with a result. */
  #solve: Solve | undefined
  #blamed: ReadonlySet<number> = new Set()
  #running: AbortController | undefined
  #frame = 0

  constructor(readRequest: () => SolveRequest) {
    this.#readRequest = readRequest
    this.board = new BoardView(byId('board', HTMLElement), {
      onEnter: (index, symbol) => this.enter(index, symbol),
      onSolve: () => void this.solve(),
      onStop: () => this.stop(),
    })
    this.playback = new Playback(() => this.#requestRender())
    this.#reasoning = new ReasoningView(this.playback)
    this.#pencil.addEventListener('change', () => this.#render())
    this.#render()
  }

  get givens(): string {
    return this.#givens
  }

  get running(): boolean {
    return this.#running !== undefined
  }

  /** Takes a new puzzle; a solve that runs is stopped. */
  show(board: string): void {
    this.stop()
    this.#givens = board
    this.#steps = []
    this.#solve = undefined
    this.#blamed = new Set()
    this.#comparison.say('')
    this.playback.clear()
  }

  /** Takes a new puzzle, and puts it into the address: a reload or a copied link shows the same one. */
  load(board: string): void {
    this.show(board)
    history.replaceState(null, '', toHash(board))
  }

  /** Takes a puzzle from text, or says why not. */
  loadText(text: string): boolean {
    const { board, problem } = parseBoardText(text)
    if (problem !== undefined) {
      this.status.say('That is not a board.', problem, 'bad')
      return false
    }
    this.load(board)
    this.status.say('Board taken over:', `${countFilled(board)} givens.`)
    return true
  }

  enter(index: number, symbol: string): void {
    if (this.running) return
    this.load(withCell(this.#givens, index, symbol))
    const conflicts = conflictsOf(this.#givens)
    if (conflicts.has(index)) {
      const others = [...conflicts].filter((other) => other !== index && this.#givens[other] === symbol)
      this.status.say(
        `${symbol} at ${cellName(index)} breaks a rule:`,
        `it also stands at ${failedCells(others)}.`,
        'bad',
      )
    } else this.status.say(`${countFilled(this.#givens)} givens.`)
  }

  stop(): void {
    this.#running?.abort()
  }

  async solve(): Promise<void> {
    if (this.running) return
    const running = new AbortController()
    const request = this.#readRequest()
    this.#running = running
    this.#steps = []
    this.#solve = undefined
    this.#blamed = new Set()
    this.playback.begin()
    this.status.say(request.where === 'page' ? 'Thinking in this page.' : 'Thinking at the edge.')
    const steps = this.#steps
    const { where, maxSteps, seed } = request
    try {
      const options = { maxSteps, seed, signal: running.signal }
      const { result, milliseconds } = await solveAt(where, this.#givens, options, (step) => {
        steps.push(step)
        if (!running.signal.aborted) this.playback.push()
      })
      this.#solve = { puzzle: this.#givens, where, maxSteps, seed, milliseconds, result, steps }
      this.#showResult(result, where, milliseconds)
    } catch (error) {
      const failure = toFailure(error)
      // A new puzzle stops the old one's solve, and has the status line by now.
      if (failure.code !== 'aborted') this.#showFailure(failure)
      else if (steps === this.#steps) this.status.say('Stopped', stoppedText(steps.length))
    } finally {
      this.#running = undefined
      this.playback.complete()
      this.#reasoning.describe()
    }
  }

  /** Solves the puzzle in several places, one after the other, and shows how they agree. */
  async compare(places: readonly Where[]): Promise<void> {
    if (this.running) return
    const running = new AbortController()
    this.#running = running
    this.#requestRender()
    const { maxSteps, seed } = this.#readRequest()
    const runs: Run[] = []
    try {
      for (const where of places) {
        this.#comparison.say(`Solving ${PLACES[where]} …`)
        const steps: SolveStep[] = []
        const options = { maxSteps, seed, signal: running.signal }
        const { result, milliseconds } = await solveAt(where, this.#givens, options, (step) => steps.push(step))
        runs.push({ place: PLACES[where], result, milliseconds, steps })
      }
      this.#comparison.show(runs)
    } catch (error) {
      const failure = toFailure(error)
      this.#comparison.show(runs, failure.code === 'aborted' ? 'Stopped.' : `${headline(failure)} ${failure.message}`)
    } finally {
      this.#running = undefined
      this.#requestRender()
    }
  }

  saveJson(): void {
    if (this.#solve) save(toJson(this.#solve), 'hrm-edge-solve.json')
  }

  /** Saves the board as it is shown now. */
  async savePng(): Promise<void> {
    save(await toPng(this.#cells(), getComputedStyle(document.documentElement)), 'hrm-edge-board.png')
  }

  #showResult(result: SolveResult, where: Where, milliseconds: number): void {
    if (result.status === 'solved') this.status.say('Solved', solvedText(result, milliseconds), 'good')
    else this.status.say('Not solved', unsolvedText(result))
    byId('fact-time', HTMLElement).textContent =
      `${result.steps} ${result.steps === 1 ? 'step' : 'steps'}, ${Math.round(milliseconds)} ms ${PLACES[where]}`
  }

  #showFailure(failure: Failure): void {
    this.#blamed = new Set(failure.cells.map(({ index }) => index))
    this.status.fail(failure)
  }

  #cells(): CellState[] {
    return cellStates(this.#givens, this.#steps[this.playback.position - 1], this.#blamed, this.#pencil.checked)
  }

  /** Draws at most once a frame, however fast the steps come. */
  #requestRender(): void {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0
      this.#render()
    })
  }

  #render(): void {
    this.board.show(this.#cells())
    this.board.readonly = this.running
    this.#reasoning.show(this.#steps, openCells(this.#givens))
    const solve = byId('solve', HTMLButtonElement)
    solve.toggleAttribute('data-running', this.running)
    solve.firstElementChild!.textContent = this.running ? 'Stop' : 'Solve'
    byId('compare', HTMLButtonElement).disabled = this.running
    byId('save-json', HTMLButtonElement).disabled = this.#solve === undefined
  }
}

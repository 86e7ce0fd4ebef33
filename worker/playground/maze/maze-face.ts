import type { SolveResult, SolveStep } from '../../../src/solve/types.ts'
import type { BoardShape } from '../../../src/tasks/lists.ts'
import { symmetriesOf } from '../../../src/tasks/maze/symmetries.ts'
import type { App } from '../app.ts'
import { byId } from '../dom.ts'
import type { Face } from '../face.ts'
import type { Failure } from '../failure.ts'
import { type Change, Undo } from '../undo.ts'
import { durationText, stepsText, unsolvedText } from '../wording.ts'
import { generateMaze } from './generate.ts'
import { formatMaze, lengthOf, type Maze, type ParsedMaze, parseMazeText, withSymbol } from './maze.ts'
import { fromLink, toLink } from './maze-link.ts'
import { type Belief, MazeView } from './maze-view.ts'
import { toPng } from './png.ts'

/** What there is to say of the two cells that are put elsewhere, never changed. */
const ENDS: Record<string, string> = {
  S: 'the start: put it elsewhere with S.',
  G: 'the goal: put it elsewhere with G.',
}

/** A maze on the page. */
export class MazeFace implements Face {
  readonly task = 'maze'
  readonly haltTells = false
  readonly #app: App
  readonly #view: MazeView
  readonly #tools = byId('maze-tools', HTMLFieldSetElement)
  readonly #undo = new Undo<Maze>()
  #maze: Maze | undefined
  #blamed: ReadonlySet<number> = new Set()
  /** What a click puts: start, goal, or by turns wall and free cell. */
  #tool: '' | 'S' | 'G' = ''
  /** What the pointer goes on to put while it is held down. */
  #brush = ' '
  /** The maze before the stroke that is being drawn. */
  #before: Maze | undefined

  constructor(app: App) {
    this.#app = app
    this.#view = new MazeView(byId('maze-board', HTMLElement), {
      onPress: (index) => this.#press(index),
      onDrag: (indices) => this.#drag(indices),
      onSymbol: (index, symbol) => this.#put(index, symbol),
      onSolve: () => void app.solve(),
      onStop: () => app.stop(),
    })
    byId('new-maze', HTMLButtonElement).addEventListener('click', () => {
      this.#load(generateMaze(), 'New maze')
      app.status.say('A new maze.', 'Press Solve.')
    })
    for (const button of this.#tools.querySelectorAll('button')) {
      button.addEventListener('click', () => this.#choose(button))
    }
  }

  get maze(): Maze {
    this.#maze ??= generateMaze()
    return this.#maze
  }

  get puzzle(): string {
    return formatMaze(this.maze)
  }

  get shape(): BoardShape {
    const { rows, columns } = this.maze
    return { rows, cols: columns, boxRows: 1, boxCols: 1 }
  }

  get link(): ['maze', string] {
    return ['maze', toLink(this.maze)]
  }

  get text(): string {
    return formatMaze(this.maze)
  }

  get open(): readonly number[] {
    const { cells } = this.maze
    return [...cells].map((_, index) => index).filter((index) => cells[index] === ' ')
  }

  /** The page turns to mazes. @param link the maze of a link; empty for whichever there is */
  enter(link: string): void {
    if (link === '') {
      this.#app.turnTo(this)
      this.#app.address()
      this.#app.status.say('Press Solve,', 'or draw in the maze.')
      return
    }
    const problem = this.#takeOver(fromLink(link), 'Maze of the link')
    // A link says at least which kind is wanted.
    if (problem !== undefined && this.#app.face !== this) this.#app.turnTo(this)
  }

  show(step: SolveStep | undefined, running: boolean): void {
    this.#view.show(this.maze, step && beliefsOf(step), this.#blamed)
    this.#view.readonly = running
    this.#tools.disabled = running
  }

  begin(): void {
    this.#blamed = new Set()
  }

  blame({ cells }: Failure): void {
    this.#blamed = new Set(cells.map(({ index }) => index))
  }

  focus(): void {
    this.#view.focus()
  }

  clear(): void {
    const { rows, columns } = this.maze
    this.#load({ rows, columns, cells: `S${' '.repeat(rows * columns - 2)}G` }, 'Clear')
    this.#app.status.say('Cleared.', 'Draw walls.')
  }

  undo(): string | undefined {
    return this.#goTo(this.#undo.takeBack(this.maze))
  }

  redo(): string | undefined {
    return this.#goTo(this.#undo.doAgain(this.maze))
  }

  /** @param what it is, for people */
  loadText(text: string, what = 'Maze'): string | undefined {
    return this.#takeOver(parseMazeText(text), what)
  }

  solvedText({ steps, attempts, solution }: SolveResult, milliseconds: number): string {
    const tries = attempts === 1 ? '' : `, at attempt ${attempts}`
    const moves = solution!.split('o').length
    return (
      `in ${stepsText(steps)} and ${durationText(milliseconds)}${tries}: ${moves === 1 ? '1 move' : `${moves} moves`}. ` +
      'It was checked that the path leads from start to goal, and that none is shorter.'
    )
  }

  /** Every way to turn and mirror the maze comes before anything is drawn by chance. */
  unsolvedText(result: SolveResult): string {
    return unsolvedText(result, symmetriesOf(this.shape).length + 1)
  }

  toPng(step: SolveStep | undefined, style: CSSStyleDeclaration): Promise<Blob> {
    return toPng(this.maze, step && beliefsOf(step), style)
  }

  #takeOver(parsed: ParsedMaze, what: string): string | undefined {
    const { maze, problem } = parsed
    if (problem !== undefined) {
      // The puzzle that is there stays, and its solve with it.
      this.#app.status.say('That is not a maze.', problem, 'bad')
      return problem
    }
    this.#load(maze, what)
    this.#sayWay(`${what} taken over.`)
    return undefined
  }

  /** Takes a new maze, which can be taken back. @param change what is done, for people @param before what it begins with */
  #load(maze: Maze, change: string, before = this.#maze): void {
    if (before !== undefined && formatMaze(maze) !== formatMaze(before)) this.#undo.keep(before, change)
    this.#take(maze)
  }

  /** Takes a new maze; a solve that runs is stopped. */
  #take(maze: Maze): void {
    this.#maze = maze
    this.begin()
    this.#app.turnTo(this)
    this.#app.address()
  }

  #goTo(last: Change<Maze> | undefined): string | undefined {
    if (last !== undefined) this.#take(last.puzzle)
    return last?.change
  }

  #press(index: number): void {
    this.#before = this.maze
    const symbol = this.maze.cells[index]
    if (this.#tool !== '') this.#brush = this.#tool
    else if (symbol === 'S' || symbol === 'G') this.#brush = symbol
    else this.#brush = symbol === '#' ? ' ' : '#'
    this.#put(index, this.#brush)
  }

  /** A start or goal that is dragged leaves walls alone. */
  #drag(indices: readonly number[]): void {
    const moved = this.#brush === 'S' || this.#brush === 'G'
    let { maze } = this
    for (const index of indices) {
      if (!moved || maze.cells[index] === ' ') maze = withSymbol(maze, index, this.#brush)
    }
    this.#edit(maze, this.#before)
  }

  /** Puts a symbol into a cell, or says why it cannot be there. */
  #put(index: number, symbol: string): void {
    const end = ENDS[this.maze.cells[index]]
    if (end === undefined) this.#edit(withSymbol(this.maze, index, symbol))
    else if (!this.#app.refusesChange()) this.#app.status.say(`This is ${end}`)
  }

  #edit(maze: Maze, before?: Maze): void {
    if (maze === this.#maze || this.#app.refusesChange()) return
    this.#load(maze, 'drawing', before)
    this.#sayWay()
  }

  /** Says whether there is a way at all. @param what has been done, for people */
  #sayWay(what?: string): void {
    const none = lengthOf(this.maze) < 0
    const way = none ? 'No way leads from start to goal.' : 'A way leads from start to goal.'
    if (what === undefined) this.#app.status.say(way, '', none ? 'bad' : 'plain')
    else this.#app.status.say(what, way, none ? 'bad' : 'plain')
  }

  #choose(button: HTMLButtonElement): void {
    this.#tool = button.value as '' | 'S' | 'G'
    for (const other of this.#tools.querySelectorAll('button')) {
      other.setAttribute('aria-pressed', String(other === button))
    }
  }
}

/** The service and the solver write a line a row. */
function beliefsOf({ board, confidence }: SolveStep): Belief[] {
  return Array.from(board.replaceAll('\n', ''), (symbol, index) => ({
    path: symbol === 'o' ? confidence[index] : 1 - confidence[index],
    read: symbol === 'o',
  }))
}

import { App, type SolveRequest } from './app.ts'
import { parseBoardText } from './board-text.ts'
import { byId, isTextField } from './dom.ts'
import type { Face } from './face.ts'
import { failureText, RELOAD, toFailure } from './failure.ts'
import { readBoards } from './file-boards.ts'
import { hasGpu } from './gpu-solver.ts'
import { fromHash, isSeed, LARGEST_SEED } from './link.ts'
import { type MazeFace, mazeFace } from './maze-loader.ts'
import { showModel } from './model-facts.ts'
import { keepOffline } from './offline.ts'
import { keepReadingOrder } from './reading-order.ts'
import { SAMPLE_SETS } from './samples.ts'
import type { Where } from './solve-stream.ts'
import { SourcesView } from './sources-view.ts'
import { SudokuFace } from './sudoku-face.ts'
import { kindOf } from './text-kind.ts'
import { TextView } from './text-view.ts'
import { wireUndo } from './undo-keys.ts'

const WHERE_NOTES: Partial<Record<Where, string>> = {
  page: 'WebAssembly in a web worker. The puzzle does not leave this page.',
  edge: 'On the server of this site: POST /v1/solve; every step comes as a server-sent event.',
}

/** What a visitor finds: a puzzle that is not read off at a glance, so that there is something to watch. */
const FIRST_SET = SAMPLE_SETS[3]

/** Raised by every puzzle, and every wish for one: what takes its time looks whether its own is still the newest. */
let wishes = 0
const LATE = 'Something else was chosen meanwhile.'
const sayLate = () => app.status.say(LATE)

/** Only then is it known which model is wanted. */
let isLinkRead = false
const app = new App(readRequest, showPuzzle)
const text = new TextView(app, takeText)
const sudoku = new SudokuFace(app, () => sources.showOwn())
const sources: SourcesView = new SourcesView(sudoku, app.status)
sources.showFirst(FIRST_SET)
wireKeypad()
wireActions()
wireUndo(app)
wirePaste()
wireFiles()
wireResults()
wireWhere()
wireSkipLink()
keepReadingOrder()
void readLink()
  .then(() => {
    isLinkRead = true
    return showModel(app, app.face.task)
  })
  .then(keepOffline)
  .then(offerGpu)

function readRequest(): SolveRequest {
  const where = document.querySelector<HTMLInputElement>('input[name=where]:checked')!.value as Where
  const maxSteps = Number(byId('max-steps', HTMLSelectElement).value)
  // Not a number where the field is empty.
  const seed = byId('seed', HTMLInputElement).valueAsNumber
  const problem = isSeed(seed) ? undefined : `The seed must be a whole number from 0 to ${LARGEST_SEED}.`
  return { where, maxSteps, seed, problem }
}

function wireKeypad(): void {
  const root = byId('keypad', HTMLFieldSetElement)
  for (const key of root.querySelectorAll('button')) key.addEventListener('click', () => sudoku.enter(key.value))
  // The chosen cell keeps the focus, so that keys go on working after a tap.
  root.addEventListener('pointerdown', (event) => event.preventDefault())
}

function wireActions(): void {
  for (const work of ['solve', 'compare', 'precision', 'measure'] as const) {
    byId(work, HTMLButtonElement).addEventListener('click', () => app.toggle(work))
  }
  byId('clear', HTMLButtonElement).addEventListener('click', () => app.face.clear())
  byId('share', HTMLButtonElement).addEventListener('click', async () => {
    const { problem } = readRequest()
    if (problem !== undefined) {
      app.status.say('No link yet.', problem, 'bad')
      return
    }
    const link = app.address()
    try {
      await navigator.clipboard.writeText(link)
      app.status.say('Link copied:', 'it opens this page with this board, budget and seed.')
    } catch {
      app.status.say('The link is in the address bar:', 'this browser does not let the page copy it.')
    }
  })
}

function wirePaste(): void {
  document.addEventListener('paste', (event) => {
    if (isTextField(event.target)) return
    event.preventDefault()
    void takeText(event.clipboardData?.getData('text/plain') ?? '', sayLate)
  })
}

/**
 * Gives a text to its kind of puzzle, or to the one that is there where it cannot be told.
 * @param onLate called where something else was chosen meanwhile
 * @returns why not
 */
async function takeText(text: string, onLate = () => {}): Promise<string | undefined> {
  const kind = kindOf(text) ?? app.face.task
  if (kind === 'sudoku') return sudoku.loadText(text)
  let problem: string | undefined
  const failure = await withMazes((mazes) => {
    problem = mazes.loadText(text)
  }, onLate)
  return failure ?? problem
}

/** Files are chosen, or dropped anywhere on the page. */
function wireFiles(): void {
  let newest: File | undefined
  const open = async (file: File | undefined) => {
    if (!file) return
    newest = file
    const before = wishes
    const wish = ++wishes
    const { works } = app
    app.status.say('Reading', `${file.name} …`)
    const { set, maze, problem } = await readBoards(file)
    // Another file was opened meanwhile.
    if (file !== newest) return
    // A puzzle whose solve began meanwhile is not taken away either.
    if (wish !== wishes || works !== app.works) sayLate()
    else if (set) sources.openFile(set)
    else if (maze) {
      const what = maze.isFirst ? `First maze of ${file.name}` : file.name
      // A newer file counts instead, of use or not.
      await withMazes(
        (mazes) => file === newest && mazes.loadText(maze.text, what),
        () => file === newest && sayLate(),
      )
    } else {
      // What was wished for before is still on its way: the maze of a link perhaps.
      wishes = before
      app.status.say('That file is of no use.', problem, 'bad')
    }
  }
  const input = byId('file', HTMLInputElement)
  input.addEventListener('change', () => {
    void open(input.files?.[0])
    // The same file, once mended, may be chosen again.
    input.value = ''
  })
  const { documentElement: page } = document
  page.addEventListener('dragover', (event) => {
    if (!event.dataTransfer?.types.includes('Files')) return
    event.preventDefault()
    page.toggleAttribute('data-dropping', true)
  })
  for (const type of ['dragleave', 'drop']) page.addEventListener(type, () => page.removeAttribute('data-dropping'))
  page.addEventListener('drop', (event) => {
    const file = event.dataTransfer?.files[0]
    if (!file) return
    event.preventDefault()
    void open(file)
  })
}

function wireResults(): void {
  byId('save-json', HTMLButtonElement).addEventListener('click', () => void app.saveJson())
  byId('save-png', HTMLButtonElement).addEventListener('click', () => void app.savePng())
}

function wireWhere(): void {
  const note = byId('where-note', HTMLElement)
  const show = () => {
    note.textContent = WHERE_NOTES[readRequest().where] ?? ''
  }
  for (const input of document.querySelectorAll('input[name=where]')) input.addEventListener('change', show)
  show()
}

/** The address keeps the board, so it cannot take the link's own anchor. */
function wireSkipLink(): void {
  document.querySelector('.skip')!.addEventListener('click', (event) => {
    event.preventDefault()
    app.face.focus()
  })
}

/** Takes the solve of the link that opened the page, and of one that is put into the address bar later. */
function readLink(): Promise<void> {
  const steps = byId('max-steps', HTMLSelectElement)
  const seed = byId('seed', HTMLInputElement)
  for (const control of [steps, seed]) control.addEventListener('change', () => app.address())
  const take = async (): Promise<void> => {
    wishes++
    const offered = [...steps.options].map(({ value }) => Number(value))
    const { board, maze, maxSteps, seed: linkedSeed } = fromHash(location.hash, offered, readRequest())
    const parsed = board === undefined ? undefined : parseBoardText(board)
    if (parsed?.problem !== undefined) {
      app.status.say('The link holds no board.', parsed.problem, 'bad')
      return
    }
    // The link of what is there already: its solve stays, and the address names the maze again.
    if (maze === '' && app.face.task === 'maze') {
      app.address()
      return
    }
    if (maze !== undefined || parsed !== undefined) {
      steps.value = String(maxSteps)
      seed.value = String(linkedSeed)
    }
    if (maze !== undefined) await openMaze(maze)
    else if (parsed !== undefined) sudoku.takeOver(parsed.board, 'Board of the link')
    else if (isLinkRead) {
      if (app.face !== sudoku) {
        app.turnTo(sudoku)
        app.status.say('Press Solve,', 'or type your own puzzle.')
      }
      // The board that is there, typed perhaps, outlives a reload.
      app.address()
    } else app.status.say('Press Solve,', 'or type your own puzzle.')
  }
  // Whatever may be wrong with a link, the page goes on without.
  const tryTake = () => take().catch((error) => app.status.fail(toFailure(error)))
  addEventListener('hashchange', () => void tryTake())
  return tryTake()
}

/** @param link the maze of a link; empty for whichever there is */
async function openMaze(link: string): Promise<void> {
  const asked = location.hash
  const failure = await withMazes((mazes) => mazes.enter(link))
  // A second click on the same link must change the address to be noticed. A maze of a link that could not be loaded
  // stays there for a reload.
  const isLost = failure === LATE || (failure !== undefined && link === '')
  if (isLost && location.hash === asked) app.address()
}

/**
 * Loads what mazes need, and uses it unless something else was wished for meanwhile.
 * @param onLate with it, not either where a solve began meanwhile. Called at once where it came too late: what is newer
 * has the status line next
 * @returns why it could not
 */
async function withMazes(use: (mazes: MazeFace) => void, onLate?: () => void): Promise<string | undefined> {
  const wish = ++wishes
  const { works } = app
  try {
    const mazes = await mazeFace(app)
    if (wish !== wishes || (onLate && works !== app.works)) {
      onLate?.()
      return LATE
    }
    use(mazes)
    return undefined
  } catch (error) {
    const failure = `${failureText(error)} ${RELOAD}`
    app.status.say('Mazes could not be loaded.', failure, 'bad')
    return failure
  }
}

/** Another puzzle is there, of another kind perhaps. */
function showPuzzle(face: Face): void {
  wishes++
  if (byId('puzzle', HTMLElement).dataset.task !== face.task) showKind(face)
  text.follow(face)
}

function showKind({ task }: Face): void {
  byId('puzzle', HTMLElement).dataset.task = task
  for (const link of document.querySelectorAll('.kinds a')) {
    if (link.getAttribute('href') === `#${task}`) link.setAttribute('aria-current', 'page')
    else link.removeAttribute('aria-current')
  }
  text.close()
  // Hidden now, it would leave the focus at the top of the page. Older browsers cannot tell.
  if (document.activeElement?.checkVisibility?.() === false) {
    // A board of another kind has no cells before it was drawn.
    app.render()
    app.face.focus()
  }
  if (isLinkRead) void showModel(app, task)
}

async function offerGpu(): Promise<void> {
  const none = !(await hasGpu())
  for (const id of ['gpu-offer', 'measure-panel']) byId(id, HTMLElement).hidden = none
}

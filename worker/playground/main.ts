import { App, type SolveRequest, type Where } from './app.ts'
import { formatBoard, fromHash } from './board-text.ts'
import { EMPTY_BOARD } from './cells.ts'
import { byId } from './dom.ts'
import { toFailure } from './failure.ts'
import { pageSolver } from './page-solver.ts'
import { SAMPLE_SETS } from './samples.ts'

const WHERE_NOTES: Record<Where, string> = {
  page: 'WebAssembly in a web worker. The puzzle does not leave this page.',
  edge: 'POST /v1/solve on this site; every step comes as a server-sent event.',
}

const app = new App(readRequest)
wireSamples()
wireKeypad()
wireActions()
wireText()
wireWhere()
readLink()
void loadModel()

function readRequest(): SolveRequest {
  const where = document.querySelector<HTMLInputElement>('input[name=where]:checked')!.value as Where
  const maxSteps = Number(byId('max-steps', HTMLSelectElement).value)
  return { where, maxSteps, seed: byId('seed', HTMLInputElement).valueAsNumber }
}

function wireSamples(): void {
  const root = byId('samples', HTMLFieldSetElement)
  const source = byId('source', HTMLElement)
  SAMPLE_SETS.forEach((set) => {
    let next = 0
    const chip = button(set.name, () => {
      const number = (next % set.boards.length) + 1
      app.load(set.boards[next++ % set.boards.length])
      app.status.say(`${set.name} puzzle ${number}.`, 'Press Solve.')
      source.textContent = `From ${set.source}: ${number} of ${set.boards.length}. Press again for another.`
    })
    root.append(chip)
  })
}

function wireKeypad(): void {
  const root = byId('keypad', HTMLFieldSetElement)
  for (const digit of '123456789') root.append(button(digit, () => app.board.enter(digit)))
  const erase = button('⌫', () => app.board.enter('.'))
  erase.setAttribute('aria-label', 'Erase')
  root.append(erase)
  // The chosen cell keeps the focus, so that keys go on working after a tap.
  root.addEventListener('pointerdown', (event) => event.preventDefault())
}

function wireActions(): void {
  byId('solve', HTMLButtonElement).addEventListener('click', () => (app.running ? app.stop() : void app.solve()))
  byId('clear', HTMLButtonElement).addEventListener('click', () => {
    app.load(EMPTY_BOARD)
    app.status.say('Cleared.')
  })
  byId('share', HTMLButtonElement).addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(location.href)
      app.status.say('Link copied:', 'it opens this page with this board.')
    } catch {
      app.status.say('The link is in the address bar:', 'this browser does not let the page copy it.')
    }
  })
}

function wireText(): void {
  const area = byId('board-text', HTMLTextAreaElement)
  const details = byId('text', HTMLDetailsElement)
  details.addEventListener('toggle', () => {
    if (details.open) area.value = formatBoard(app.givens)
  })
  byId('use-text', HTMLButtonElement).addEventListener('click', () => app.loadText(area.value))
  document.addEventListener('paste', (event) => {
    if (event.target instanceof HTMLTextAreaElement || event.target instanceof HTMLInputElement) return
    event.preventDefault()
    app.loadText(event.clipboardData?.getData('text/plain') ?? '')
  })
}

function wireWhere(): void {
  const note = byId('where-note', HTMLElement)
  const show = () => {
    note.textContent = WHERE_NOTES[readRequest().where]
  }
  for (const input of document.querySelectorAll('input[name=where]')) input.addEventListener('change', show)
  show()
}

/** Takes the board of the link that opened the page, and of one that is put into the address bar later. */
function readLink(): void {
  const take = () => {
    const linked = fromHash(location.hash)
    if (linked?.problem !== undefined) app.status.say('The link holds no board.', linked.problem, 'bad')
    else if (linked && linked.board !== app.givens) app.load(linked.board)
  }
  addEventListener('hashchange', take)
  take()
}

/** Begins to load the model at once, so that the first solve need not wait for it. */
async function loadModel(): Promise<void> {
  const weights = byId('fact-weights', HTMLElement)
  try {
    const { model, backend, build } = await pageSolver((loaded, total) => {
      weights.textContent = `${kilobytes(loaded)} of ${total === undefined ? '?' : kilobytes(total)}`
    })
    weights.textContent = kilobytes(model.bytes)
    byId('fact-model', HTMLElement).textContent = model.name
    byId('fact-parameters', HTMLElement).textContent = model.parameters.toLocaleString('en')
    byId('fact-engine', HTMLElement).textContent = `${backend}, ${build}`
  } catch (error) {
    weights.textContent = 'not loaded'
    app.status.fail(toFailure(error))
  }
}

function kilobytes(bytes: number): string {
  return `${Math.round(bytes / 1024)} KiB`
}

function button(label: string, onClick: () => void): HTMLButtonElement {
  const element = document.createElement('button')
  element.type = 'button'
  element.textContent = label
  element.addEventListener('click', onClick)
  return element
}

import type { Solver } from '../../src/solve/types.ts'
import type { App } from './app.ts'
import { byId } from './dom.ts'
import type { PageTask } from './face.ts'
import { toFailure } from './failure.ts'
import { pageSolver } from './page-solver.ts'

const FACTS = ['weights', 'model', 'parameters', 'engine']

/** Loads the model of a kind of puzzle, so that the first solve need not wait for it, and tells what it is, or why not. */
export async function showModel(app: App, task: PageTask): Promise<void> {
  try {
    await loadModel(app, task)
  } catch (error) {
    if (app.face.task === task) app.status.fail(toFailure(error))
  }
}

/** Loads the model unless it is there, and tells what it is. @throws why it could not */
export async function loadModel(app: App, task: PageTask): Promise<Solver> {
  // The page may turn to another kind meanwhile.
  const show = (...texts: string[]) => {
    if (app.face.task !== task) return
    for (const [i, fact] of FACTS.entries()) byId(`fact-${fact}`, HTMLElement).textContent = texts[i] ?? '–'
  }
  // Of a model that is there it is told before the page is drawn again.
  show()
  try {
    const solver = await pageSolver(task, (loaded, total) => {
      show(`${kilobytes(loaded)} of ${total === undefined ? '?' : kilobytes(total)}`)
    })
    const { model, backend, build } = solver
    show(kilobytes(model.bytes), model.name, model.parameters.toLocaleString('en'), `${backend}, ${build}`)
    return solver
  } catch (error) {
    show('not loaded')
    throw error
  }
}

function kilobytes(bytes: number): string {
  return `${Math.round(bytes / 1024)} KiB`
}

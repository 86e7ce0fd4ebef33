import type { App } from './app.ts'
import { byId } from './dom.ts'
import type { PageTask } from './face.ts'
import { toFailure } from './failure.ts'
import { pageSolver } from './page-solver.ts'

/** Loads the model of a kind of puzzle, so that the first solve need not wait for it, and tells what it is. */
export async function showModel(app: App, task: PageTask): Promise<void> {
  const weights = byId('fact-weights', HTMLElement)
  // The page may turn to another kind meanwhile.
  const isShown = () => app.face.task === task
  try {
    const { model, backend, build } = await pageSolver(task, (loaded, total) => {
      if (isShown()) weights.textContent = `${kilobytes(loaded)} of ${total === undefined ? '?' : kilobytes(total)}`
    })
    if (!isShown()) return
    weights.textContent = kilobytes(model.bytes)
    byId('fact-model', HTMLElement).textContent = model.name
    byId('fact-parameters', HTMLElement).textContent = model.parameters.toLocaleString('en')
    byId('fact-engine', HTMLElement).textContent = `${backend}, ${build}`
  } catch (error) {
    if (!isShown()) return
    weights.textContent = 'not loaded'
    app.status.fail(toFailure(error))
  }
}

function kilobytes(bytes: number): string {
  return `${Math.round(bytes / 1024)} KiB`
}

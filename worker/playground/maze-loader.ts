import type { App } from './app.ts'
import type * as Entry from './maze/maze-entry.ts'
import { retried } from './retried.ts'

// Put in by build.mjs.
declare const MAZE_FILE: string
declare const MAZE_STYLE: string

export type MazeFace = ReturnType<typeof Entry.createMazeFace>

/** Mazes on the page: a script and a style of their own. */
export const mazeFace = retried(async (_forget, app: App) => {
  const [{ createMazeFace }] = await Promise.all([
    import(new URL(MAZE_FILE, document.baseURI).href) as Promise<typeof Entry>,
    loadStyle(),
  ])
  keepOffline()
  return createMazeFace(app)
})

function loadStyle(): Promise<void> {
  const link = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: MAZE_STYLE })
  return new Promise((resolve, reject) => {
    link.onload = () => resolve()
    link.onerror = () => {
      link.remove()
      reject(new Error(`${MAZE_STYLE} could not be loaded`))
    }
    document.head.append(link)
  })
}

/** The service worker keeps what is for mazes only once someone turns to them. */
function keepOffline(): void {
  void navigator.serviceWorker?.ready.then(({ active }) => active?.postMessage('keep mazes'))
}

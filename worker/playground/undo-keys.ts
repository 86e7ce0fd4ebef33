import type { App } from './app.ts'
import { byId, isTextField } from './dom.ts'

type Wish = 'undo' | 'redo'
const DONE = { undo: 'Undone:', redo: 'Redone:' }

/** Ctrl+Z takes a change back, Ctrl+Shift+Z and Ctrl+Y make it again; Command in place of Ctrl on a Mac. */
function wishOf({ key, ctrlKey, metaKey, shiftKey, altKey }: KeyboardEvent): Wish | undefined {
  if (ctrlKey === metaKey || altKey) return undefined
  switch (key.toLowerCase()) {
    case 'z':
      return shiftKey ? 'redo' : 'undo'
    case 'y':
      return shiftKey ? undefined : 'redo'
  }
}

/** Changes of the puzzle that is there are taken back, and made again, by a button and by keys. */
export function wireUndo(app: App): void {
  const fulfil = (wish: Wish): void => {
    const change = app.face[wish]()
    if (change === undefined) app.status.say(`Nothing to ${wish}.`)
    else app.status.say(DONE[wish], `${change}.`)
  }
  byId('undo', HTMLButtonElement).addEventListener('click', () => fulfil('undo'))
  document.addEventListener('keydown', (event) => {
    const wish = wishOf(event)
    // A text field has an undo of its own.
    if (wish === undefined || isTextField(event.target)) return
    event.preventDefault()
    fulfil(wish)
  })
}

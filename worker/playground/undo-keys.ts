import type { App } from './app.ts'
import { byId, isTextField } from './dom.ts'

/** Ctrl+Z takes a change back, Ctrl+Shift+Z and Ctrl+Y make it again; Command in place of Ctrl on a Mac. */
function wishOf({ key, ctrlKey, metaKey, shiftKey, altKey }: KeyboardEvent): 'undo' | 'redo' | undefined {
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
  const undo = (): void => {
    const change = app.face.undo()
    if (change === undefined) app.status.say('Nothing to undo.')
    else app.status.say('Undone:', `${change}.`)
  }
  const redo = (): void => {
    const change = app.face.redo()
    if (change === undefined) app.status.say('Nothing to redo.')
    else app.status.say('Redone:', `${change}.`)
  }
  byId('undo', HTMLButtonElement).addEventListener('click', undo)
  document.addEventListener('keydown', (event) => {
    const wish = wishOf(event)
    // A text field has an undo of its own.
    if (wish === undefined || isTextField(event.target)) return
    event.preventDefault()
    if (wish === 'undo') undo()
    else redo()
  })
}

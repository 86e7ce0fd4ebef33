import type { App } from '../app.ts'
import { byId } from '../dom.ts'
import markup from './maze.html'
import { MazeFace } from './maze-face.ts'

/** A script of its own, loaded when someone turns to mazes. Puts its parts of the page where the Sudoku's are. */
export function createMazeFace(app: App): MazeFace {
  const parts = document.createElement('template')
  parts.innerHTML = markup
  const part = (id: string) => parts.content.querySelector(`#${id}`)!
  const board = byId('board', HTMLElement)
  board.before(part('maze-sources'))
  board.after(part('maze-board'), part('maze-help'))
  byId('keypad', HTMLElement).after(part('maze-tools'))
  document.querySelector('.legend')!.after(parts.content.querySelector('.legend')!)
  byId('board-text', HTMLTextAreaElement).labels[0].append(part('maze-text'))
  byId('file', HTMLInputElement).labels![0].append(part('maze-file'))
  byId('seed-help', HTMLElement).append(part('maze-seed'))
  return new MazeFace(app)
}

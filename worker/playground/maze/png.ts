import type { Maze } from './maze.ts'
import type { Belief } from './maze-view.ts'

const CELL = 24
const MARGIN = 24

/** The maze as it is shown, drawn with the page's colours. */
export function toPng(
  { rows, columns, cells }: Maze,
  beliefs: readonly Belief[] | undefined,
  style: CSSStyleDeclaration,
): Promise<Blob> {
  const [width, height] = [columns * CELL + 2 * MARGIN, rows * CELL + 2 * MARGIN]
  const canvas = Object.assign(document.createElement('canvas'), { width, height })
  const context = canvas.getContext('2d')!
  const colour = (name: string) => style.getPropertyValue(name).trim()
  context.fillStyle = colour('--surface')
  context.fillRect(0, 0, width, height)
  context.strokeStyle = colour('--frame')
  context.lineWidth = 4
  context.strokeRect(MARGIN - 2, MARGIN - 2, columns * CELL + 4, rows * CELL + 4)
  context.font = `750 ${0.75 * CELL}px ${style.fontFamily}`
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  for (let index = 0; index < cells.length; index++) {
    const [x, y] = [MARGIN + (index % columns) * CELL, MARGIN + Math.floor(index / columns) * CELL]
    const symbol = cells[index]
    const fill = (name: string) => {
      context.fillStyle = colour(name)
      context.fillRect(x, y, CELL, CELL)
    }
    if (symbol === '#') fill('--frame')
    else if (symbol !== ' ') {
      fill('--changed')
      context.fillStyle = colour('--ink')
      context.fillText(symbol, x + CELL / 2, y + CELL / 2)
    } else if (beliefs) {
      context.globalAlpha = 0.75 * beliefs[index].path
      fill('--accent')
      context.globalAlpha = 1
      if (!beliefs[index].read) continue
      context.fillStyle = colour('--ink')
      context.beginPath()
      context.arc(x + CELL / 2, y + CELL / 2, 0.22 * CELL, 0, 2 * Math.PI)
      context.fill()
    }
  }
  return new Promise((resolve) => canvas.toBlob((blob) => resolve(blob!), 'image/png'))
}

import type { SolveResult, SolveStep } from '../../src/solve/types.ts'
import type { CellState } from './board-view.ts'
import { columnOf, rowOf, SIZE } from './cells.ts'

/** What the JSON export holds. */
export interface Solve {
  puzzle: string
  where: string
  maxSteps: number
  seed: number
  milliseconds: number
  result: SolveResult
  steps: readonly SolveStep[]
}

export function toJson(solve: Solve): Blob {
  return new Blob([`${JSON.stringify({ format: 'hrm-edge solve 1', ...solve })}\n`], { type: 'application/json' })
}

const CELL = 80
const MARGIN = 24

/** The board as it is shown, drawn with the page's colours. */
export function toPng(cells: readonly CellState[], style: CSSStyleDeclaration): Promise<Blob> {
  const side = SIZE * CELL + 2 * MARGIN
  const canvas = Object.assign(document.createElement('canvas'), { width: side, height: side })
  const context = canvas.getContext('2d')!
  const colour = (name: string) => style.getPropertyValue(name).trim()
  context.fillStyle = colour('--surface')
  context.fillRect(0, 0, side, side)
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  cells.forEach((cell, index) => {
    drawCell(context, cell, MARGIN + columnOf(index) * CELL, MARGIN + rowOf(index) * CELL, colour, style.fontFamily)
  })
  for (let line = 0; line <= SIZE; line++) {
    const thick = line % 3 === 0
    context.fillStyle = colour(thick ? '--frame' : '--hairline')
    const at = MARGIN + line * CELL - (thick ? 2 : 0.5)
    context.fillRect(at, MARGIN, thick ? 4 : 1, SIZE * CELL)
    context.fillRect(MARGIN, at, SIZE * CELL, thick ? 4 : 1)
  }
  return new Promise((resolve) => canvas.toBlob((blob) => resolve(blob!), 'image/png'))
}

function drawCell(
  context: CanvasRenderingContext2D,
  { digit, kind, candidates, confidence = 0 }: CellState,
  x: number,
  y: number,
  colour: (name: string) => string,
  font: string,
): void {
  if (kind === 'given') {
    context.fillStyle = colour('--given-ground')
    context.fillRect(x, y, CELL, CELL)
  }
  context.fillStyle = colour(kind === 'given' ? '--ink' : '--accent')
  if (candidates !== undefined) {
    context.font = `${CELL / 4.5}px ${font}`
    for (const candidate of candidates) {
      const place = Number(candidate) - 1
      const [dx, dy] = [(place % 3) + 0.5, Math.floor(place / 3) + 0.5]
      context.fillText(candidate, x + (dx * CELL) / 3, y + (dy * CELL) / 3.4)
    }
  } else {
    context.font = `${kind === 'given' ? 700 : 450} ${CELL / 2}px ${font}`
    context.fillText(digit, x + CELL / 2, y + CELL / 2)
  }
  if (kind === 'model') context.fillRect(x + 0.18 * CELL, y + 0.88 * CELL, 0.64 * CELL * confidence, 3)
}

/** Hands a file to the person. */
export function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob)
  Object.assign(document.createElement('a'), { href: url, download: name }).click()
  // Not at once: the browser may still be reading it.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

import type { SolveResult, SolveStep } from '../../src/solve/types.ts'
import type { CellState } from './board-view.ts'
import { columnOf, rowOf, SIZE } from './cells.ts'
import type { PageTask } from './face.ts'
import type { Where } from './solve-stream.ts'

/** What the JSON export holds. */
export interface Solve {
  task: PageTask
  /** Absent where it was not found out. */
  model?: string
  puzzle: string
  where: Where
  maxSteps: number
  seed: number
  /** Absent where it was stopped or failed. */
  milliseconds?: number
  result?: SolveResult
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
  const colour: Colours = (name) => style.getPropertyValue(name).trim()
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

type Colours = (name: string) => string

function drawCell(
  context: CanvasRenderingContext2D,
  { digit, kind, candidates, confidence = 0, changed, guess, conflict }: CellState,
  x: number,
  y: number,
  colour: Colours,
  font: string,
): void {
  const fill = (name: string, left: number, top: number, width: number, height: number) => {
    context.fillStyle = colour(name)
    context.fillRect(x + left * CELL, y + top * CELL, width * CELL, height * CELL)
  }
  const write = (name: string, text: string, left: number, top: number, size: number, weight: number) => {
    context.fillStyle = colour(name)
    context.font = `${weight} ${size * CELL}px ${font}`
    context.fillText(text, x + left * CELL, y + top * CELL)
  }
  const isModel = kind === 'model'
  const ink = conflict ? '--wrong' : isModel ? '--accent' : '--ink'
  if (kind === 'given') fill('--given-ground', 0, 0, 1, 1)
  if (changed) fill('--changed', 0, 0, 1, 1)
  if (conflict && !isModel) fill('--wrong-ground', 0, 0, 1, 1)
  for (const candidate of candidates ?? '') {
    const [left, top] = [
      0.22 + 0.28 * ((Number(candidate) - 1) % 3),
      0.2 + 0.25 * Math.floor((Number(candidate) - 1) / 3),
    ]
    if (candidate === digit) fill('--best', left - 0.12, top - 0.12, 0.24, 0.24)
    write(ink, candidate, left, top, 0.22, 450)
  }
  if (candidates === undefined) {
    write(ink, digit, 0.5, 0.5, 0.5, isModel ? 450 : 700)
    if (conflict && digit) fill('--wrong', 0.32, 0.48, 0.36, 0.04)
  }
  if (isModel) fill(ink, 0.18, 0.9, 0.64 * confidence, 0.04)
  if (changed) fill('--changed-dot', 0.86, 0.86, 0.08, 0.08)
  if (guess) {
    context.strokeStyle = colour('--guess')
    context.lineWidth = 4
    context.strokeRect(x + 4, y + 4, CELL - 8, CELL - 8)
    write('--guess', '?', 0.15, 0.17, 0.2, 700)
  }
}

/** Hands a file to the person. */
export function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob)
  Object.assign(document.createElement('a'), { href: url, download: name }).click()
  // Not at once: the browser may still be reading it.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

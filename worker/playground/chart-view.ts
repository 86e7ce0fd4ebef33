import uPlot from 'uplot'
import { percent } from './board-view.ts'
import type { Segment } from './segments.ts'

/** One point of the chart: what a step was worth, both 0..1. */
export interface ChartPoint {
  step: number
  /** Mean belief over the cells that the puzzle left open. */
  confidence: number
  /** Probability that the halting head gives to stopping; absent where that tells nothing. */
  halt?: number
}

const HEIGHT = 170
/** Labels of attempts closer than this many pixels would touch. */
const LABEL_GAP = 18
/** Drawing on a canvas is the costliest thing this page does: not at every step, but often enough to look alive. */
const REDRAW_MS = 250
/** Beyond this many steps dots would hide the line. */
const MOST_DOTS = 40

/** Confidence and halting by step, with a line where an attempt begins and one at the step shown. */
export class ChartView {
  readonly #root: HTMLElement
  readonly #onSeek: (position: number) => void
  #plot: uPlot
  #points: readonly ChartPoint[] = []
  #segments: readonly Segment[] = []
  #position = 0
  #marker: HTMLElement | undefined
  #redraw: ReturnType<typeof setTimeout> | undefined

  constructor(root: HTMLElement, onSeek: (position: number) => void) {
    this.#root = root
    this.#onSeek = onSeek
    root.setAttribute('role', 'img')
    this.describe()
    this.#plot = this.#create()
    new ResizeObserver(() => this.#plot.setSize({ width: root.clientWidth, height: HEIGHT })).observe(root)
    // A canvas does not follow the colour scheme by itself.
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
      this.#plot.destroy()
      this.#plot = this.#create()
    })
  }

  setData(points: readonly ChartPoint[], segments: readonly Segment[]): void {
    this.#points = points
    this.#segments = segments
    this.#redraw ??= setTimeout(() => {
      this.#redraw = undefined
      this.#plot.setData(this.#columns())
    }, REDRAW_MS)
  }

  setPosition(position: number): void {
    this.#position = position
    this.#placeMarker()
  }

  /** The line at the step shown is an element of its own: it moves at every step. */
  #placeMarker(): void {
    if (this.#marker === undefined) return
    const drawn = this.#plot.data[0]
    const step = drawn[Math.min(this.#position, drawn.length) - 1]
    this.#marker.hidden = step === undefined
    if (step === undefined) return
    const x = this.#plot.valToPos(step, 'x')
    this.#marker.style.transform = `translateX(${x}px)`
  }

  /** Tells in words what the picture shows. */
  describe(): void {
    const [first, last] = [this.#points[0], this.#points.at(-1)]
    const label = last
      ? `Chart over ${last.step} ${last.step === 1 ? 'step' : 'steps'}: mean confidence from ${percent(first.confidence)} to ` +
        percent(last.confidence) +
        haltText(first.halt, last.halt)
      : 'Chart of confidence by step: empty until a board is solved'
    this.#root.setAttribute('aria-label', label)
  }

  #columns(): uPlot.AlignedData {
    return [
      this.#points.map(({ step }) => step),
      this.#points.map(({ confidence }) => confidence),
      this.#points.map(({ halt }) => halt ?? null),
    ]
  }

  #create(): uPlot {
    const style = getComputedStyle(this.#root)
    const colour = (name: string) => style.getPropertyValue(name).trim()
    const axis = {
      stroke: colour('--quiet'),
      font: `11px ${style.fontFamily}`,
      grid: { stroke: colour('--hairline'), width: 1 },
      ticks: { show: false },
    }
    const plot = new uPlot(
      {
        width: this.#root.clientWidth,
        height: HEIGHT,
        padding: [14, 8, 0, 0],
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
        scales: {
          x: { time: false, range: () => [1, Math.max(2, this.#points.at(-1)?.step ?? 0)] },
          y: { range: [0, 1] },
        },
        axes: [
          { ...axis, size: 26, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] },
          { ...axis, size: 40, splits: [0, 0.5, 1], values: (_, values) => values.map(percent) },
        ],
        series: [
          {},
          { stroke: colour('--accent'), width: 2, points: { show: () => this.#points.length <= MOST_DOTS, size: 5 } },
          {
            stroke: colour('--halt'),
            width: 2,
            dash: [6, 4],
            points: { show: () => this.#points.length <= MOST_DOTS, size: 5 },
          },
        ],
        hooks: {
          draw: [(drawn) => this.#drawAttempts(drawn, colour('--quiet'))],
          drawClear: [() => this.#placeMarker()],
        },
      },
      this.#columns(),
      this.#root,
    )
    this.#marker = document.createElement('div')
    this.#marker.className = 'marker'
    this.#marker.hidden = true
    plot.over.append(this.#marker)
    plot.over.addEventListener('click', () => {
      const index = plot.cursor.idx
      if (index !== null && index !== undefined && this.#points.length > 0) this.#onSeek(index + 1)
    })
    return plot
  }

  #drawAttempts(plot: uPlot, colour: string): void {
    const { ctx, bbox } = plot
    ctx.save()
    ctx.lineWidth = devicePixelRatio
    ctx.font = `${10 * devicePixelRatio}px sans-serif`
    ctx.textAlign = 'center'
    ctx.fillStyle = ctx.strokeStyle = colour
    ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio])
    let labelled = Number.NEGATIVE_INFINITY
    for (const { step, attempt } of this.#segments.slice(1)) {
      const x = plot.valToPos(step, 'x', true)
      verticalLine(ctx, x, bbox)
      if (x - labelled < LABEL_GAP * devicePixelRatio) continue
      ctx.fillText(String(attempt), x, bbox.top - 4 * devicePixelRatio)
      labelled = x
    }
    ctx.restore()
  }
}

const haltText = (first: number | undefined, last: number | undefined) =>
  first === undefined || last === undefined ? '' : `, halting head from ${percent(first)} to ${percent(last)}`

function verticalLine(ctx: CanvasRenderingContext2D, x: number, { top, height }: uPlot.BBox): void {
  ctx.beginPath()
  ctx.moveTo(x, top)
  ctx.lineTo(x, top + height)
  ctx.stroke()
}

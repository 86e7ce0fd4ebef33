import { CLEAR_LINE, obeysEscapes, type Sink } from './terminal.ts'

/** Milliseconds between two messages: on a terminal the line is redrawn, in a log every one stays. */
const REDRAW_MS = 100
const LOG_MS = 10_000

export interface ProgressSink extends Sink {
  write(text: string): unknown
}

/** Tells how far a long run is, on stderr. */
export interface ProgressLine {
  /** `extra`: what else to say, such as how many are solved. */
  update(done: number, extra?: string): void
  /** Takes the line off a terminal again, until the next update, which may come at once. */
  end(): void
}

/**
 * @param verb what is being done to `total` things: "solving"
 * @param now milliseconds
 */
export function createProgress(
  verb: string,
  total: number,
  sink: ProgressSink = process.stderr,
  now: () => number = () => performance.now(),
): ProgressLine {
  const start = now()
  const redraws = obeysEscapes(sink)
  const every = redraws ? REDRAW_MS : LOG_MS
  let last = start
  let drawn = false
  return {
    update(done, extra) {
      const time = now()
      if (time - last < every) return
      last = time
      const left = done > 0 && done < total ? `, ${duration(((time - start) / done) * (total - done))} left` : ''
      const line = `${verb}: ${done}/${total}${extra ? `, ${extra}` : ''}${left}`
      sink.write(redraws ? `${CLEAR_LINE}${line}` : `${line}\n`)
      drawn = true
    },
    end() {
      if (!drawn || !redraws) return
      sink.write(CLEAR_LINE)
      drawn = false
      last = now() - every
    },
  }
}

/** "42 s", "3 min 5 s", "1 h 0 min". */
export function duration(ms: number): string {
  const s = Math.round(ms / 1000)
  if (s < 60) return `${s} s`
  const min = Math.floor(s / 60)
  return min < 60 ? `${min} min ${s % 60} s` : `${Math.floor(min / 60)} h ${min % 60} min`
}

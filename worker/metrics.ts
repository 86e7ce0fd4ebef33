import type { MiddlewareHandler } from 'hono'
import type { ErrorLog, Log, SolveLog } from './log.ts'

/** Counters since this isolate or process began: other isolates count for themselves. */
export interface Metrics {
  record(line: SolveLog | ErrorLog): void
  countResponse(method: string, status: number): void
  /** Prometheus text format 0.0.4. @param gauges what is so at this moment */
  render(gauges: Record<string, number>): string
}

const HELP: Record<string, string> = {
  hrm_http_responses_total: 'Answers by method and status.',
  hrm_solves_total: 'Solves, batches and chunks of jobs, by how they ended.',
  hrm_boards_total: 'Boards in them.',
  hrm_boards_solved_total: 'Boards solved.',
  hrm_steps_total: 'ACT steps spent; those of cached answers are not spent again.',
  hrm_solve_seconds_total: 'Time of solves, where a clock runs.',
  hrm_errors_total: 'Faults of the service, by code.',
  hrm_solves_in_flight: 'Places taken among the solves that are admitted.',
  hrm_uploads_in_flight: 'Places taken among the files that are received.',
}

/** Only these: a method is whatever a client writes, and every label value is kept for good. */
const METHODS = ['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS']

/** As the text format wants it. */
const escapeValue = (text: string) => text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')

export function createMetrics(): Metrics {
  const counters = new Map<string, Map<string, number>>()

  function add(name: string, labels: Record<string, string | number | boolean>, by: number): void {
    const series = counters.get(name) ?? new Map<string, number>()
    counters.set(name, series)
    const key = Object.entries(labels)
      .map(([label, value]) => `${label}="${escapeValue(`${value}`)}"`)
      .join(',')
    series.set(key, (series.get(key) ?? 0) + by)
  }

  return {
    record(line) {
      if (line.event === 'error') {
        add('hrm_errors_total', { code: line.code }, 1)
        return
      }
      const { task, model, outcome, cached, stream, boards, solved, steps, ms } = line
      add('hrm_solves_total', { task, model, outcome, cached, stream }, 1)
      add('hrm_boards_total', { task, model }, boards)
      add('hrm_boards_solved_total', { task, model }, solved)
      add('hrm_steps_total', { task, model }, cached ? 0 : steps)
      if (ms !== undefined) add('hrm_solve_seconds_total', { task, model }, ms / 1000)
    },
    countResponse(method, status) {
      add('hrm_http_responses_total', { method: METHODS.includes(method) ? method : 'other', status }, 1)
    },
    render(gauges) {
      const blocks = [...counters].map(([name, series]) => {
        const lines = [...series].map(([labels, value]) => `${name}{${labels}} ${value}\n`)
        return `# HELP ${name} ${HELP[name]}\n# TYPE ${name} counter\n${lines.join('')}`
      })
      for (const [name, value] of Object.entries(gauges)) {
        blocks.push(`# HELP ${name} ${HELP[name]}\n# TYPE ${name} gauge\n${name} ${value}\n`)
      }
      return blocks.join('')
    },
  }
}

/** The log, whose lines are counted. */
export function counted(log: Log, metrics: Metrics): Log {
  return (line) => {
    metrics.record(line)
    log(line)
  }
}

export function countResponses(metrics: Metrics): MiddlewareHandler {
  return async function countResponsesMiddleware(c, next) {
    await next()
    metrics.countResponse(c.req.method, c.res.status)
  }
}

// `node tests/load/cost.ts FILE... [--limit N] [--max-steps N]`: what the boards of CSV files cost in CPU time when the
// Worker in workerd solves them, one request each, and what follows for the limits. Boards come from the column question,
// puzzle or board. Every figure of docs/deploy.md that depends on the time of a step is printed here.
import { parseArgs } from 'node:util'
import { experimental_readRawConfig } from 'wrangler'
import type { SolveResult } from '../../src/solve/types.ts'
import { DEFAULT_LIMITS } from '../../worker/limits.ts'
import { startWorkerd } from '../worker/workerd-server.ts'
import { readBoardFile } from './board-file.ts'
import { cpuSeconds } from './processes.ts'

/** Workers Paid, beyond what the monthly fee includes: developers.cloudflare.com/workers/platform/pricing. */
const USD_PER_MILLION_REQUESTS = 0.3
const USD_PER_MILLION_CPU_MS = 0.02

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { limit: { type: 'string', default: '100' }, 'max-steps': { type: 'string', default: '256' } },
})
const maxSteps = Number(values['max-steps'])

const all = { ms: 0, steps: 0 }
const server = await startWorkerd()
try {
  const solve = async (board: string) => {
    const response = await fetch(new URL('/v1/solve', server.url), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ task: 'sudoku', board, maxSteps }),
    })
    return (await response.json()) as SolveResult
  }
  for (const path of positionals) {
    const boards = await readBoardFile(path, Number(values.limit))
    for (const board of boards.slice(0, 3)) await solve(board) // until the runtime has optimised
    const before = await cpuSeconds(server.pid)
    let steps = 0
    let solved = 0
    for (const board of boards) {
      const result = await solve(board)
      steps += result.steps
      if (result.status === 'solved') solved++
    }
    const spent = 1000 * ((await cpuSeconds(server.pid)) - before)
    const ms = spent / boards.length
    all.ms += spent
    all.steps += steps
    const usd = USD_PER_MILLION_REQUESTS + USD_PER_MILLION_CPU_MS * ms
    console.log(
      `${path}: ${boards.length} boards, ${solved} solved, ${(steps / boards.length).toFixed(1)} steps and ` +
        `${ms.toFixed(1)} ms of CPU time a board, ${(ms / (steps / boards.length)).toFixed(1)} ms a step, ` +
        `${usd.toFixed(2)} USD a million solves`,
    )
  }
} finally {
  await server.close()
}

const { maxSteps: requestSteps, chunkSteps, maxJobSteps } = DEFAULT_LIMITS
const { max_concurrency: chunksAtOnce = 0 } = experimental_readRawConfig({ config: 'wrangler.toml' }).rawConfig.queues!
  .consumers![0]
const stepMs = all.ms / all.steps
console.log(
  `${stepMs.toFixed(1)} ms a step over all: a request of ${requestSteps} steps ${((requestSteps * stepMs) / 1000).toFixed(0)} s, ` +
    `a chunk of ${chunkSteps} ${((chunkSteps * stepMs) / 1000).toFixed(0)} s, a job of ${maxJobSteps} ` +
    `${((maxJobSteps * stepMs * USD_PER_MILLION_CPU_MS) / 1e6).toFixed(2)} USD of CPU time, ` +
    `${chunksAtOnce} chunks at once ${((chunksAtOnce * 1000) / stepMs).toFixed(0)} steps a second`,
)

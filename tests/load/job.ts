// `node tests/load/job.ts [FILE] [--boards N] [--max-steps N] [--server dev|node]`: one bulk job of N boards from its
// submission to the last row of its results, every row checked. The boards are those of a CSV file (without one a 4x4
// board) and what the symmetries of Sudoku make of them. `dev` is the Worker under `wrangler dev`, `node` is
// `hrm serve --jobs`.
import { once } from 'node:events'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { descendants } from '../../scripts/processes.mjs'
import { createClient, type Job } from '../../src/client/index.ts'
import { portOf, startHrm } from '../cli/hrm.ts'
import { isSolutionOf, SMALL } from '../worker/boards.ts'
import { removeStorage, startWranglerDev, storageDir } from '../worker/wrangler-dev.ts'
import { readBoardFile } from './board-file.ts'
import { cpuSeconds, peakMemory } from './processes.ts'
import { anotherBoard } from './symmetry.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    boards: { type: 'string', default: '100000' },
    'max-steps': { type: 'string', default: '64' },
    server: { type: 'string', default: 'dev' },
  },
})
const count = Number(values.boards)
const MB = 1e6

interface Served {
  url: URL
  /** The process that computes. */
  pid: number
  stop(): Promise<unknown>
}

async function startDev(dir: string): Promise<Served> {
  const { url, pid, kill } = await startWranglerDev(dir)
  await (await fetch(new URL('/ready', url))).text()
  // one of its two workerds only passes requests on
  const pids = descendants(pid, 'workerd')
  const spent = await Promise.all(pids.map(cpuSeconds))
  return { url, pid: pids[spent.indexOf(Math.max(...spent))], stop: kill }
}

async function startNode(dir: string): Promise<Served> {
  const child = startHrm(['serve', '--port', '0', '--jobs', dir])
  child.stdout!.resume() // a pipe that nobody reads would fill up
  const port = await portOf(child)
  const gone = once(child, 'exit')
  const stop = () => {
    child.kill()
    return gone
  }
  return { url: new URL(`http://127.0.0.1:${port}`), pid: child.pid!, stop }
}

const bases = positionals[0] === undefined ? [SMALL] : await readBoardFile(positionals[0], 500)
const boardOf = (index: number) => anotherBoard(bases[index % bases.length], index)

/** Made as they are sent. */
function file(): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let next = 0
  return new ReadableStream({
    pull(controller) {
      const end = Math.min(next + 1000, count)
      let lines = ''
      for (; next < end; next++) lines += `${JSON.stringify(boardOf(next))}\n`
      controller.enqueue(encoder.encode(lines))
      if (next === count) controller.close()
    },
  })
}

const dir = await storageDir()
const server = await (values.server === 'node' ? startNode(dir) : startDev(dir))
try {
  const client = createClient(server.url)
  await (await fetch(new URL('/ready', server.url))).text()
  const idle = await peakMemory(server.pid)
  const cpuBefore = await cpuSeconds(server.pid)
  const began = performance.now()
  const seconds = () => (performance.now() - began) / 1000

  const { id } = await client.submitJob('sudoku', { jsonl: file() }, { maxSteps: Number(values['max-steps']) })
  const submitted = seconds()
  const mb = (bytes: number) => `${(bytes / MB).toFixed(0)} MB`
  const told = async () =>
    `${((await cpuSeconds(server.pid)) - cpuBefore).toFixed(0)} s of CPU time, ${mb(await peakMemory(server.pid))}`
  let settled = 0
  const done = await client.waitForJob(id, {
    intervalMs: 5000,
    async onProgress({ solved, unsolved, failed }: Job) {
      if (solved + unsolved + failed < settled + count / 20) return
      settled = solved + unsolved + failed
      console.error(`${settled} of ${count} in ${seconds().toFixed(0)} s, ${await told()}`)
    },
  })
  const solvedAfter = seconds()
  const cpu = (await cpuSeconds(server.pid)) - cpuBefore
  const peakSolving = await peakMemory(server.pid)

  const wrong: string[] = []
  const sums = { boards: 0, solved: 0, unsolved: 0, failed: 0, steps: 0, attempts: 0 }
  for await (const { index, board, status, solution, steps, attempts } of client.jobResults(id)) {
    const expected = boardOf(sums.boards)
    if (index !== sums.boards || board !== expected) wrong.push(`row ${sums.boards} is ${index}, ${board}`)
    else if (status === 'solved' && !isSolutionOf(expected, solution!)) wrong.push(`${board} is not ${solution}`)
    sums.boards++
    sums[status]++
    sums.steps += steps
    sums.attempts += attempts
  }
  for (const [name, sum] of Object.entries(sums)) {
    const said = done[name as keyof typeof sums]
    if (sum !== said) wrong.push(`${name}: ${sum} by the results, ${said} by the job`)
  }
  if (sums.boards !== count) wrong.push(`${sums.boards} results of ${count}`)

  console.log(
    [
      `${cpus()[0].model}; ${values.server}; ${JSON.stringify(sums)}`,
      `submitted in ${submitted.toFixed(1)} s, solved after ${solvedAfter.toFixed(1)} s, results read in ` +
        `${(seconds() - solvedAfter).toFixed(1)} s`,
      `${(count / solvedAfter).toFixed(1)} boards a second, ${((1000 * cpu) / count).toFixed(2)} ms of CPU time a board`,
      `memory of the server at most: ${mb(idle)} when ready, ${mb(peakSolving)} until all was solved, ` +
        `${mb(await peakMemory(server.pid))} with the results read`,
      `wrong: ${wrong.length}`,
      ...wrong.slice(0, 10).map((what) => `  ${what}`),
    ].join('\n'),
  )
  process.exitCode = wrong.length === 0 && done.state === 'done' ? 0 : 1
} finally {
  await server.stop()
  await removeStorage(dir)
}

// `npm run load`: many clients at once against the Worker in workerd. Every answer must be one that is declared, and
// every solved board is checked by the rules. Fails on the first kind of answer that is not so.
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import autocannon, { type Options, type Result } from 'autocannon'
import { startWorkerd } from '../worker/workerd-server.ts'
import { removeStorage, startWranglerDev, storageDir } from '../worker/wrangler-dev.ts'
import { type Ask, createMix } from './mix.ts'
import { cpuSeconds } from './processes.ts'
import { report, type Tally } from './report.ts'

const { values } = parseArgs({
  options: {
    connections: { type: 'string', default: '256' },
    seconds: { type: 'string', default: '60' },
    /** Instead of a time. */
    requests: { type: 'string' },
    /** How many different boards; 0 for never the same twice. */
    boards: { type: 'string', default: '0' },
    /** `workerd`, with a store behind the Cache API; `dev`, which is `wrangler dev`, with every binding; or a URL. */
    server: { type: 'string', default: 'workerd' },
  },
})

async function start(): Promise<{ url: URL; pid?: number; close(): Promise<void> }> {
  if (values.server === 'workerd') return startWorkerd()
  if (values.server !== 'dev') return { url: new URL(values.server), close: async () => {} }
  const dir = await storageDir()
  const { url, kill } = await startWranglerDev(dir)
  return {
    url,
    async close() {
      await kill()
      await removeStorage(dir)
    },
  }
}

const server = await start()
const next = createMix(Number(values.boards))
const tally: Tally = { answers: 0, solved: 0, statuses: new Map(), wrong: [], solveMs: [], failures: new Map() }
try {
  await (await fetch(new URL('/ready', server.url))).text()
  const began = performance.now()
  const cpuBefore = server.pid === undefined ? 0 : await cpuSeconds(server.pid)
  const ended = Promise.withResolvers<Result>()
  const options: Options = {
    url: server.url.href,
    connections: Number(values.connections),
    timeout: 120,
    ...(values.requests ? { amount: Number(values.requests) } : { duration: Number(values.seconds) }),
    requests: [
      {
        setupRequest(request, context: { ask?: Ask; at?: number }) {
          context.ask = next()
          context.at = performance.now()
          const { method, path, headers, body } = context.ask
          return { ...request, method, path, headers, body }
        },
        onResponse(status, body, context: { ask?: Ask; at?: number }, headers) {
          const { ask, at } = context
          if (!ask || at === undefined) return
          count(ask, status, typeOf(headers), body, performance.now() - at)
        },
      },
    ],
  }
  autocannon(options, (error, result) => (error ? ended.reject(error) : ended.resolve(result))).on(
    'reqError',
    ({ message }: Error) => tally.failures.set(message, (tally.failures.get(message) ?? 0) + 1),
  )
  const { timeouts } = await ended.promise
  const seconds = (performance.now() - began) / 1000
  const cpu = server.pid === undefined ? undefined : (await cpuSeconds(server.pid)) - cpuBefore
  const ok = report({ ...tally, seconds, cpu, timeouts }, cpus()[0].model)
  process.exitCode = ok ? 0 : 1
} finally {
  await server.close()
}

function count(ask: Ask, status: number, type: string, body: string, ms: number): void {
  tally.answers++
  const key = `${ask.kind}: ${status}`
  tally.statuses.set(key, (tally.statuses.get(key) ?? 0) + 1)
  let verdict: ReturnType<Ask['judge']>
  try {
    verdict = ask.judge(status, type, body)
  } catch (error) {
    verdict = { wrong: `${error} in ${status} ${body.slice(0, 200)}` }
  }
  if ('wrong' in verdict) tally.wrong.push(`${ask.kind}: ${verdict.wrong}`)
  else tally.solved += verdict.solved
  if (ask.kind === 'solve' && status === 200) tally.solveMs.push(ms)
}

function typeOf(headers: object | undefined): string {
  const entries = Object.entries(headers ?? {})
  return String(entries.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '')
}

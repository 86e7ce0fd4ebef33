import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'
import { yieldToEventLoop } from '../../src/event-loop.ts'
import type { Discard } from '../body.ts'
import { DEFAULT_LIMITS } from '../limits.ts'
import { watchExchanges } from './exchanges.ts'
import { endIdle } from './idle.ts'
import { lingerForBodies } from './linger.ts'
import { refuseBadUrls, refuseConnections, refuseRequest } from './refusals.ts'

export interface ListenOptions {
  /** 0 for any free port. */
  port: number
  /** Default `127.0.0.1`; `0.0.0.0` or `::` to be reached from elsewhere. */
  hostname?: string
  timeouts?: Partial<Timeouts>
}

/** Milliseconds. */
export interface Timeouts {
  /** For all headers to arrive. */
  headers: number
  /** For a whole request to arrive. */
  request: number
  /** Without a byte either way: a client that stopped sending or reading. How long an answer takes does not count. */
  idle: number
  /** For running requests, once the server is told to close. */
  close: number
  /** For the answers of those that are then stopped. */
  lastWords: number
}

const DEFAULT_TIMEOUTS: Timeouts = { headers: 10_000, request: 30_000, idle: 600_000, close: 5_000, lastWords: 1_000 }

export interface RunningServer {
  port: number
  /**
   * Takes no further connection than those that wait already, and lets running requests end.
   * @param stop called once their time is over, so that those that still run can say why they end
   */
  close(stop?: () => void): Promise<void>
}

/**
 * Serves an app over HTTP/1.1.
 * @param discard what is still taken of a body after its answer
 * @throws Error when the port cannot be had
 */
export async function listen(
  app: Pick<Hono, 'fetch'>,
  options: ListenOptions,
  discard: Discard = DEFAULT_LIMITS.discard,
): Promise<RunningServer> {
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts }
  const server = createServer(
    {
      headersTimeout: Math.min(timeouts.headers, timeouts.request),
      requestTimeout: timeouts.request,
      connectionsCheckingInterval: Math.ceil(Math.min(timeouts.headers, timeouts.request) / 2),
      // nothing else would tell, while an answer is computed, that its client is gone without a word
      keepAlive: true,
      keepAliveInitialDelay: 60_000,
      requireHostHeader: false, // Node would refuse it without a word; the listener below does so with a problem
    },
    getRequestListener(refuseBadUrls(app.fetch), {
      overrideGlobalObjects: false,
      // it would hang up half a second after an answer that came before the body; linger.ts waits longer
      autoCleanupIncoming: false,
      errorHandler: refuseRequest,
    }),
  )
  const exchanges = watchExchanges(server)
  endIdle(server, exchanges, timeouts.idle)
  lingerForBodies(server, exchanges, discard)
  // an expectation that nobody knows may be passed over (RFC 9110, 10.1.1), as workerd does
  server.on('checkExpectation', (request, response) => server.emit('request', request, response))
  refuseConnections(server, exchanges)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.hostname ?? '127.0.0.1', resolve)
  })

  return {
    port: (server.address() as AddressInfo).port,
    async close(stop) {
      let lastCall = setTimeout(() => {
        stop?.()
        lastCall = setTimeout(() => server.closeAllConnections(), timeouts.lastWords)
      }, timeouts.close)
      await acceptWaiting(server)
      // a connection that is answered after this call would be kept alive; one whose request is not read yet counts as idle
      const sweep = setInterval(() => server.closeIdleConnections(), 50)
      await new Promise((resolve) => server.close(resolve))
      clearInterval(sweep)
      clearTimeout(lastCall)
    },
  }
}

/** As many as may wait: Node's default for `backlog`. */
const MOST_WAITING = 511

/** Takes in what connected before: it would be reset with the listening socket, though its request may be sent. */
async function acceptWaiting(server: Server): Promise<void> {
  let accepted = 0
  const count = () => accepted++
  server.on('connection', count)
  for (let before = -1; before < accepted && accepted < MOST_WAITING; ) {
    before = accepted
    await yieldToEventLoop()
  }
  server.off('connection', count)
}

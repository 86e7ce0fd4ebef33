import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/** A request and its answer. */
export interface Exchange {
  request: IncomingMessage
  response: ServerResponse
}

/** What came last over each connection. */
export type Exchanges = Pick<WeakMap<Duplex, Exchange>, 'get'>

/** Call before the server listens. */
export function watchExchanges(server: Server): Exchanges {
  const exchanges = new WeakMap<Duplex, Exchange>()
  server.prependListener('request', (request, response) => exchanges.set(request.socket, { request, response }))
  return exchanges
}

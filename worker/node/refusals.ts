import { type Server, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { HttpBindings } from '@hono/node-server'
import type { Hono } from 'hono'
import type { ProblemCode } from '../../src/client/problem.ts'
import { ProblemError, problemDocument, problemHeaders } from '../problem.ts'
import type { Exchange, Exchanges } from './exchanges.ts'

type Fetch = Hono['fetch']

/** What cannot be made into a Request: not one Host header, or a bad one, or a bad request target. */
export function refuseRequest(cause?: unknown): Response {
  const { status, headers, body } = refusal(
    'bad_request',
    'There is not one Host header, or it or the request target cannot be read.',
    cause,
  )
  return new Response(body, { status, headers })
}

/**
 * Node passes on hosts that no URL may have, as 1.2.3.999: whatever reads the URL of such a request would throw. Of several
 * Host headers, which RFC 9112, 3.2, has refused, it passes on the first, where a proxy may have gone by the last.
 */
export function refuseBadUrls(fetch: Fetch): Fetch {
  return function fetchGoodUrl(request, env) {
    const { incoming } = env as HttpBindings
    const isGood = incoming.headersDistinct.host?.length === 1 && URL.canParse(request.url)
    return isGood ? fetch(request, env) : refuseRequest()
  }
}

const NOT_HTTP: [ProblemCode, string] = ['bad_request', 'The request is not valid HTTP/1.1.']
const BODY_CUT: [ProblemCode, string] = ['body_incomplete', 'The connection ended before the body did.']
const CODES: Record<string, [ProblemCode, string]> = {
  HPE_INVALID_METHOD: ['bad_request', 'The request does not begin with a method that is known here.'],
  HPE_HEADER_OVERFLOW: ['headers_too_large', 'The headers are larger than the server takes.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['request_timeout', 'The request did not arrive in time.'],
}

/** Answers on the bare socket what Node's parser refuses, in the same form as all else. */
export function refuseConnections(server: Server, exchanges: Exchanges): void {
  server.on('clientError', (error, socket) => refuseConnection(error, socket, exchanges.get(socket)))
}

function refuseConnection(error: NodeJS.ErrnoException, socket: Duplex, exchange: Exchange | undefined): void {
  if (error.code === 'ECONNRESET' || !socket.writable || (exchange && !mayAnswer(exchange))) {
    socket.destroy()
    return
  }
  const isCut = error.code === 'HPE_INVALID_EOF_STATE' && exchange?.request.complete === false
  const [code, detail] = isCut ? BODY_CUT : (CODES[error.code ?? ''] ?? NOT_HTTP)
  const { status, headers, body } = refusal(code, detail, error)
  const lines = Object.entries({ ...headers, 'Content-Length': String(Buffer.byteLength(body)), Connection: 'close' })
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}\r\n${body}`)
}

/** Whether what is written now is not taken for a part of an answer that was begun, or for a second one. */
function mayAnswer({ request, response }: Exchange): boolean {
  if (response.writableFinished) return request.complete
  return response.socket !== null && !response.headersSent // without a socket it waits for the answer before it
}

function refusal(code: ProblemCode, detail: string, cause?: unknown) {
  const requestId = crypto.randomUUID()
  const error = new ProblemError(code, detail, { cause })
  return {
    status: error.kind.status,
    headers: { ...problemHeaders(error), 'X-Request-Id': requestId },
    body: JSON.stringify(problemDocument(error, '/', requestId)),
  }
}

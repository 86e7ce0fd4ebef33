import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ProblemCode } from '../src/client/problem.ts'
import { ProblemError, problemDocument, problemHeaders } from './problem.ts'

/** What cannot be made into a Request: a bad Host header or request target. */
export function refuseRequest(cause: unknown): Response {
  const { status, headers, body } = refusal(
    'bad_request',
    'The Host header or the request target cannot be read.',
    cause,
  )
  return new Response(body, { status, headers })
}

const CODES: Record<string, [ProblemCode, string]> = {
  HPE_HEADER_OVERFLOW: ['headers_too_large', 'The headers are larger than the server takes.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['request_timeout', 'The request did not arrive in time.'],
}

/** Answers on the bare socket what Node's parser refuses, in the same form as all else. */
export function refuseConnection(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const [code, detail] = CODES[error.code ?? ''] ?? ['bad_request', 'The request is not valid HTTP/1.1.']
  const { status, headers, body } = refusal(code, detail, error)
  const lines = Object.entries({ ...headers, 'Content-Length': String(Buffer.byteLength(body)), Connection: 'close' })
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}\r\n${body}`)
}

function refusal(code: ProblemCode, detail: string, cause: unknown) {
  const requestId = crypto.randomUUID()
  const error = new ProblemError(code, detail, { cause })
  return {
    status: error.kind.status,
    headers: { ...problemHeaders(error), 'X-Request-Id': requestId },
    body: JSON.stringify(problemDocument(error, '/', requestId)),
  }
}

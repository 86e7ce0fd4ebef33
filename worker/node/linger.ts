import type { Server } from 'node:http'
import { finished } from 'node:stream'
import type { Discard } from '../body.ts'
import type { Exchanges } from './exchanges.ts'

/** Milliseconds between two looks at a body that comes on after its answer. Node's parser tells nobody of each piece. */
const LOOK_EVERY = 50

/**
 * A connection that ends with its answer (`Connection: close`) is not closed before the body has come or been given up:
 * what came to a closed one would reset it, and the client might lose the answer (RFC 9112, 9.6). After the answer no more
 * is taken of any body than `discard` says, also where nobody looked at it.
 */
export function lingerForBodies(server: Server, exchanges: Exchanges, discard: Discard): void {
  server.on('request', (request, response) => {
    const { socket } = request // which an answered request loses, so that giving it up would leave its connection open
    response.once('finish', () => {
      if (request.complete) return
      const [most, end] = [socket.bytesRead + discard.bytes, performance.now() + discard.ms]
      const watch = setInterval(() => {
        const goesOn = !request.complete && !socket.destroyed
        if (goesOn && socket.bytesRead <= most && performance.now() <= end) return
        clearInterval(watch) // here too: a request that was answered and not read is not closed with its connection
        if (goesOn) socket.destroy()
      }, LOOK_EVERY)
      request.once('close', () => clearInterval(watch))
    })
    request.once('close', () => {
      if (!request.complete) socket.destroy()
    })
  })
  server.on('connection', (socket) => {
    const destroySoon = socket.destroySoon.bind(socket)
    socket.destroySoon = () => {
      const request = exchanges.get(socket)?.request
      if (!request || request.complete || request.destroyed) return destroySoon()
      socket.end()
      finished(request, destroySoon)
    }
  })
}

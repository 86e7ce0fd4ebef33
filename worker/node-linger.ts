import type { Server } from 'node:http'
import { finished } from 'node:stream'
import type { Exchanges } from './node-exchanges.ts'

/**
 * A connection that ends with its answer (`Connection: close`) is not closed before the body has come or been given up:
 * what came to a closed one would reset it, and the client might lose the answer (RFC 9112, 9.6).
 */
export function lingerForBodies(server: Server, exchanges: Exchanges): void {
  server.on('request', (request) => {
    const { socket } = request // which an answered request loses, so that giving it up would leave its connection open
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

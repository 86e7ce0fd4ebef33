import type { Server } from 'node:http'
import type { Exchanges } from './exchanges.ts'

/** Ends connections over which no byte went for `ms`, but for those where the client has only our answer to wait for. */
export function endIdle(server: Server, exchanges: Exchanges, ms: number): void {
  server.timeout = ms
  server.on('timeout', (socket) => {
    const last = exchanges.get(socket)
    const isOurTurn = last?.request.complete && !last.response.writableFinished && socket.writableLength === 0
    // kept, it is looked at again `ms` after the next byte, so once the answer is sent
    if (!isOurTurn) socket.destroy()
  })
}

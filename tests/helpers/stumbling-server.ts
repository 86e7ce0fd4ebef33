import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface StumblingServer {
  readonly url: string
  /** What it does with its next requests; the last one goes on. */
  answers: ('whole' | 'cut' | 'corrupt')[]
  /** Since it was last set to 0. */
  requests: number
  close(): void
}

/** Serves one file, or what is left of it. */
export async function startStumblingServer(file: Uint8Array): Promise<StumblingServer> {
  const server = createServer((_, response) => {
    const answer = state.answers[Math.min(state.requests++, state.answers.length - 1)]
    response.writeHead(200, {
      'Content-Length': file.length,
      'Content-Type': 'application/octet-stream',
      'Access-Control-Allow-Origin': '*',
      // Whatever a browser's own cache holds of it must not hide a request from the test.
      'Cache-Control': 'no-store',
    })
    if (answer === 'cut') response.write(file.subarray(0, 100), () => response.destroy())
    else response.end(answer === 'whole' ? file : corrupted(file))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const state: StumblingServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/file`,
    answers: ['whole'],
    requests: 0,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
  return state
}

/** The same file with one bit turned over. */
export function corrupted(file: Uint8Array): Uint8Array {
  return file.map((byte, i) => (i === file.length - 1 ? byte ^ 1 : byte))
}

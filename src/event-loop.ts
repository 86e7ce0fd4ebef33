/**
 * Turns of Node's event loop between two ACT steps. libuv takes one new connection a turn, and all solves that run make
 * their steps in the same one: with a single turn a server that solves eight boards would take a connection every eight
 * steps. They cost some 30 µs; the shipped model's step takes over 40 ms on 9x9.
 */
const TURNS = 16

/**
 * Lets other work run (timers, sockets, an abort) between two ACT steps. setTimeout would add 1 ms in Node and 4 ms in
 * a page to every step, so it is the last resort.
 */
export const yieldToEventLoop: () => Promise<void> =
  typeof setImmediate === 'function'
    ? viaImmediates(isLibuv() ? TURNS : 1)
    : typeof MessageChannel === 'function'
      ? viaMessageChannel()
      : () => new Promise((resolve) => setTimeout(resolve, 0))

/** Not so in workerd, which has setImmediate too where it is asked to be compatible with Node. */
function isLibuv(): boolean {
  return typeof process !== 'undefined' && process.versions?.uv !== undefined
}

function viaImmediates(turns: number): () => Promise<void> {
  return () =>
    new Promise((resolve) => {
      let left = turns
      const turn = () => {
        if (--left === 0) resolve()
        else setImmediate(turn)
      }
      setImmediate(turn)
    })
}

function viaMessageChannel(): () => Promise<void> {
  return () =>
    new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => {
        port1.close()
        resolve()
      }
      port2.postMessage(null)
    })
}

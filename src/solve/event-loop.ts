/**
 * Lets other work run (timers, sockets, an abort) between two ACT steps. setTimeout would add 1 ms in Node and 4 ms in
 * a page to every step, so it is the last resort.
 */
export const yieldToEventLoop: () => Promise<void> =
  typeof setImmediate === 'function'
    ? () => new Promise((resolve) => setImmediate(resolve))
    : typeof MessageChannel === 'function'
      ? viaMessageChannel()
      : () => new Promise((resolve) => setTimeout(resolve, 0))

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

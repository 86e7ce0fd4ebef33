/**
 * Makes a function that waits one turn of the event loop, so that messages which have arrived are handled.
 * Not setTimeout: once nested it waits 4 ms at least, as long as an ACT step takes.
 */
export function createTurn(): () => Promise<void> {
  const { port1, port2 } = new MessageChannel()
  const waiting: (() => void)[] = []
  port1.onmessage = () => waiting.shift()?.()
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve)
      port2.postMessage(null)
    })
}

/**
 * Holds a Web Lock for as long as this worker lives; false where there are none (a page that is not served securely).
 * When a worker dies (out of memory, `close()`) the page gets no event: the lock coming free is the only sign.
 */
export async function holdWebLock(name: string): Promise<boolean> {
  const locks = globalThis.navigator?.locks
  if (locks === undefined) return false
  return new Promise<boolean>((settle) => {
    const forever = () => {
      settle(true)
      return new Promise<never>(() => {})
    }
    locks.request(name, forever).catch(() => settle(false))
  })
}

/** Milliseconds until an address that was refused is tried again; twice as many each further time. */
const WAIT = 1000

let retry: ReturnType<typeof setTimeout> | undefined

/**
 * Puts a link into the address. Browsers let a page do so 100 (Safari) or 200 times in 10 s, fewer than the cells of a
 * quick drag: further calls throw, or in Chromium do nothing. The newest link is then tried again later, unless somebody
 * puts another there meanwhile.
 */
export function writeAddress(hash: string, wait = WAIT): void {
  clearTimeout(retry)
  try {
    history.replaceState(null, '', hash)
  } catch {
    // The address tells it as well.
  }
  const now = location.hash
  if (now !== hash) retry = setTimeout(() => now === location.hash && writeAddress(hash, 2 * wait), wait)
}

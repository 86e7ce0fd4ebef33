import { MOST_KEPT, type WeightsStore } from './platform.ts'

const CACHE = 'hrm-edge-weights'
/** The Cache API takes nothing but http URLs for keys; no request ever goes to a name under `.invalid`. */
const keyOf = (sha256: string) => `https://hrm-edge.invalid/weights/${sha256}`

/**
 * Weights in the browser's Cache Storage, whose `put` takes a file whole or not at all. Fails on pages that are not
 * served securely: they have none.
 */
export const cacheStorage: WeightsStore = {
  async get(sha256) {
    const kept = await (await caches.open(CACHE)).match(keyOf(sha256))
    return kept && new Uint8Array(await kept.arrayBuffer())
  },
  async put(sha256, bytes) {
    const cache = await caches.open(CACHE)
    await cache.put(keyOf(sha256), new Response(bytes as BodyInit))
    // Keys come in the order in which they were put.
    for (const old of (await cache.keys()).slice(0, -MOST_KEPT)) await cache.delete(old)
  },
  async remove(sha256) {
    await (await caches.open(CACHE)).delete(keyOf(sha256))
  },
}

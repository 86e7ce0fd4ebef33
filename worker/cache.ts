import type { SolveResult } from '../src/solve/types.ts'
import { sha256Hex } from './hash.ts'

/** Remembers results. Right because a solve is a function of its key: the same everywhere and every time. */
export interface ResultCache {
  get(key: string): Promise<SolveResult | undefined>
  put(key: string, result: SolveResult): Promise<void>
}

/** Changes with any change of the search or the engine that could change an answer or its step count. */
const ALGORITHM = 6

/** Hex SHA-256 of all that determines a result. */
export function resultKey(
  weightsSha256: string,
  request: { task: string; board: string; maxSteps: number; seed: number },
): Promise<string> {
  const { task, board, maxSteps, seed } = request
  const text = JSON.stringify([ALGORITHM, weightsSha256, task, board, maxSteps, seed])
  return sha256Hex(text)
}

/** Keeps the `max` results used last, in memory. */
export function memoryCache(max: number): ResultCache {
  const results = new Map<string, SolveResult>()
  return {
    async get(key) {
      const result = results.get(key)
      if (result !== undefined) {
        results.delete(key)
        results.set(key, result)
      }
      return result
    },
    async put(key, result) {
      results.delete(key)
      results.set(key, result)
      if (results.size > max) results.delete(results.keys().next().value!)
    },
  }
}

const DAY = 86_400

/**
 * Keeps results in a Cache API store (`caches.default` of a Worker), which takes only GET requests: a key becomes a
 * URL that no route serves.
 */
export function platformCache(store: () => Pick<Cache, 'match' | 'put'>): ResultCache {
  const urlOf = (key: string) => `https://hrm-edge.invalid/results/${key}`
  return {
    async get(key) {
      const response = await store().match(urlOf(key))
      return response && ((await response.json()) as SolveResult)
    },
    put: (key, result) =>
      store().put(urlOf(key), Response.json(result, { headers: { 'Cache-Control': `max-age=${DAY}` } })),
  }
}

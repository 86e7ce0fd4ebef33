import { expect, test } from 'vitest'
import { memoryCache, platformCache, type ResultCache, resultKey } from './cache.ts'
import { SOLUTION } from './test-support.ts'

const RESULT = {
  task: 'sudoku',
  status: 'solved' as const,
  solution: SOLUTION,
  steps: 3,
  attempts: 1,
  verified: true,
  model: 'fake',
}

/** The part of the Cache API that a Worker has. */
function mapStore() {
  const responses = new Map<string, Response>()
  return {
    match: async (url: RequestInfo | URL) => responses.get(String(url))?.clone(),
    put: async (url: RequestInfo | URL, response: Response) => void responses.set(String(url), response),
  }
}

const store = mapStore()
const caches: [string, ResultCache][] = [
  ['memory', memoryCache(10)],
  ['platform', platformCache(() => store)],
]
test.each(caches)('%s: what is put is got, under its own key only', async (_, cache) => {
  expect(await cache.get('a')).toBeUndefined()
  await cache.put('a', RESULT)
  expect(await cache.get('a')).toEqual(RESULT)
  expect(await cache.get('b')).toBeUndefined()
})

test('memory keeps those used last', async () => {
  const cache = memoryCache(2)
  await cache.put('a', RESULT)
  await cache.put('b', RESULT)
  await cache.get('a')
  await cache.put('c', RESULT)
  expect(await cache.get('b')).toBeUndefined()
  expect(await cache.get('a')).toEqual(RESULT)
  expect(await cache.get('c')).toEqual(RESULT)
})

test('everything that determines a result is in its key', async () => {
  const request = { task: 'sudoku', board: '1', maxSteps: 1, seed: 1 }
  const variants = [{}, { task: 'x' }, { board: '2' }, { maxSteps: 2 }, { seed: 2 }]
  const keys = await Promise.all([
    resultKey('sha', request),
    resultKey('other', request),
    ...variants.slice(1).map((variant) => resultKey('sha', { ...request, ...variant })),
  ])
  expect(new Set(keys).size).toBe(6)
  expect(await resultKey('sha', { seed: 1, maxSteps: 1, board: '1', task: 'sudoku' })).toBe(keys[0])
})

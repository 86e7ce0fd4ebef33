import { createHash } from 'node:crypto'
import { expect, it, vi } from 'vitest'
import type { ReadOptions, WeightsStore } from '../platform/platform.ts'
import { readKept } from './keep.ts'

const FILE = Uint8Array.of(1, 2, 3)
const STALE = Uint8Array.of(1, 2, 4)
const SHA256 = createHash('sha256').update(FILE).digest('hex')

/** Reads by a hash what a server sends, one answer after the other, into a store that holds nothing. */
async function readFrom(answers: Uint8Array[]) {
  const signal = new AbortController().signal
  const put = vi.fn(async () => {})
  const store: WeightsStore = { get: async () => undefined, put, remove: async () => {} }
  const asked: ReadOptions[] = []
  const read = async (options: ReadOptions) => {
    asked.push(options)
    return answers.shift()!
  }
  const bytes = await readKept(store, SHA256, read, { signal })
  expect(asked.every((options) => options.signal === signal)).toBe(true)
  return { bytes, put, reloads: asked.map(({ reload }) => reload === true) }
}

it('what is not the file asked for is read once more, past the caches on its way', async () => {
  const { bytes, put, reloads } = await readFrom([STALE, FILE])
  expect(bytes).toBe(FILE)
  expect(put.mock.calls).toEqual([[SHA256, FILE]])
  expect(reloads).toEqual([false, true])
})

it('what is the file asked for is read once, from a cache too', async () => {
  expect((await readFrom([FILE])).reloads).toEqual([false])
})

it('what is not the file the second time either is not kept', async () => {
  const { bytes, put, reloads } = await readFrom([STALE, STALE])
  expect(bytes).toBe(STALE)
  expect(put).not.toHaveBeenCalled()
  expect(reloads).toEqual([false, true])
})

import { expect, test } from 'vitest'
import type { JobPlatform } from './platform.ts'
import { streamResults } from './results.ts'
import type { JobStatus } from './schemas.ts'

/** The results, as CSV, of a job of one chunk, of which `stored` is stored. */
function read(stored: string | null, failed: boolean) {
  const files = {
    get: async (key: string) => (key.includes('results') && stored !== null ? { text: async () => stored } : null),
  }
  const errors: unknown[] = []
  const place = { offset: 0, length: 4, boards: 1, first: 0, failed }
  const job = { id: 'a', model: 'm' } as JobStatus
  const stream = streamResults({ files } as unknown as JobPlatform, job, [place], 'csv', (error) => errors.push(error))
  return { text: new Response(stream).text(), errors }
}

test.each([
  ['are not stored any more', null, 'not stored any more'],
  ['are damaged', '{"index":0,\n', 'JSON'],
])('results that %s break the stream off, and the reason is told once', async (_, stored, reason) => {
  const { text, errors } = read(stored, false)
  await expect(text).rejects.toThrow(reason)
  expect(errors).toEqual([expect.objectContaining({ message: expect.stringContaining(reason) })])
})

test('a chunk that failed has rows that say so, even where its board is gone', async () => {
  const { text, errors } = read(null, true)
  expect((await text).split('\r\n')[1]).toBe('0,,failed,,0,0,false,m')
  expect(errors).toEqual([])
})

test('blanks at the ends of a board, cells of a maze, stand within quotes, for some readers strip them elsewhere', async () => {
  const row = {
    index: 0,
    board: ' S G',
    status: 'solved',
    solution: 'SoG ',
    steps: 1,
    attempts: 1,
    verified: true,
    model: 'm',
  }
  const { text } = read(`${JSON.stringify(row)}\n`, false)
  expect((await text).split('\r\n')[1]).toBe('0," S G",solved,"SoG ",1,1,true,m')
})

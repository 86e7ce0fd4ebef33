import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nodeServer, rest } from '../node/test-support.ts'
import { fakeApp, problemOf } from '../test-support.ts'
import { diskFiles } from './local/disk-files.ts'
import { type JobPlatform, resultsKey } from './platform.ts'
import { streamResults } from './results.ts'
import type { JobStatus } from './schemas.ts'

/** The results, as CSV, of a job of chunks of one board, of which `stored` is stored. */
function read(stored: (string | null)[], failed = false) {
  const files = {
    get: async (key: string) => {
      const text = stored[Number(/results\/(\d+)/.exec(key)?.[1])] ?? null
      return text === null ? null : { text: async () => text }
    },
  }
  const errors: unknown[] = []
  const places = stored.map((_, i) => ({ offset: 4 * i, length: 4, boards: 1, first: i, failed }))
  const job = { id: 'a', model: 'm' } as JobStatus
  const stream = streamResults({ files } as unknown as JobPlatform, job, places, 'csv', (error) => errors.push(error))
  return { text: async () => new Response(await stream).text(), stream, errors }
}

const ROW = `${JSON.stringify({ index: 0, board: ' S G', status: 'solved', solution: 'SoG ', steps: 1, attempts: 1, verified: true, model: 'm' })}\n`

describe.each([
  ['are not stored any more', null, 'not stored any more'],
  ['are damaged', '{"index":0,\n', 'JSON'],
  ['are empty, as after a power failure', '', '0 rows of 1'],
  ['end within a row', ROW.slice(0, -1), '0 rows of 1'],
])('results that %s', (_, stored, reason) => {
  test('are no stream where they are the first', async () => {
    const { stream, errors } = read([stored, ROW])
    await expect(stream).rejects.toThrow(reason)
    expect(errors).toEqual([])
  })

  test('break the stream off where they come later, and the reason is told once', async () => {
    const { text, errors } = read([ROW, stored])
    await expect(text()).rejects.toThrow(reason)
    expect(errors).toEqual([expect.objectContaining({ message: expect.stringContaining(reason) })])
  })
})

test('a chunk that failed has rows that say so, even where its board is gone', async () => {
  const { text, errors } = read([null], true)
  expect((await text()).split('\r\n')[1]).toBe('0,,failed,,0,0,false,m')
  expect(errors).toEqual([])
})

test('blanks at the ends of a board, cells of a maze, stand within quotes, for some readers strip them elsewhere', async () => {
  const { text } = read([ROW])
  expect((await text()).split('\r\n')[1]).toBe('0," S G",solved,"SoG ",1,1,true,m')
})

test('a job that expires between the looks at its state and at its chunks is gone, not without boards', async () => {
  const ledger = { status: async () => ({ id: 'a', state: 'done', model: 'm', boards: 5 }), chunks: async () => [] }
  const { app } = fakeApp({ jobs: () => ({ files: {}, ledger: () => ledger }) as unknown as JobPlatform })
  const path = '/v1/jobs/00000000-0000-4000-8000-000000000000/results'
  for (const Accept of ['text/csv', 'application/jsonl']) {
    const response = await app.request(path, { headers: { Accept } })
    expect([response.status, (await problemOf(response)).code]).toEqual([410, 'job_gone'])
  }
})

describe('under Node', () => {
  const ID = '00000000-0000-4000-8000-000000000000'
  const JOB = { id: ID, state: 'done', model: 'm' }
  const PLACES = [0, 1].map((i) => ({ offset: 4 * i, length: 4, boards: 1, first: i, failed: false }))
  const node = nodeServer()
  let dir: string
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hrm-edge-results-'))
  })
  afterAll(() => rm(dir, { recursive: true }))

  /** All that comes over the line, where the disk fails at one chunk or has lost it. */
  async function ask(accept: string, chunk: number, fault: 'fails' | 'is lost'): Promise<string> {
    const files = diskFiles(dir)
    for (const n of [0, 1]) await files.put(resultsKey(ID, n), ROW)
    const key = resultsKey(ID, chunk)
    await files.delete(key)
    if (fault === 'fails') await symlink(join(dir, key), join(dir, key)) // leads to itself
    const ledger = { status: async () => JOB, chunks: async () => PLACES }
    const { app } = fakeApp({ jobs: () => ({ files, ledger: () => ledger }) as unknown as JobPlatform })
    await node.serve(app, { port: 0 })
    const socket = await node.open()
    socket.write(`GET /v1/jobs/${ID}/results HTTP/1.1\r\nHost: x\r\nAccept: ${accept}\r\nConnection: close\r\n\r\n`)
    return rest(socket)
  }

  test.each([
    ['text/csv', 'fails', 500, 'internal_error'],
    ['text/csv', 'is lost', 410, 'job_gone'],
    ['application/jsonl', 'fails', 500, 'internal_error'],
    ['application/jsonl', 'is lost', 410, 'job_gone'],
  ] as const)('%s whose first chunk %s is a problem', async (accept, fault, status, code) => {
    const answer = await ask(accept, 0, fault)
    expect(answer).toContain(`HTTP/1.1 ${status} `)
    expect(answer.toLowerCase()).toContain('content-type: application/problem+json')
    expect(answer).toContain(`"code":"${code}"`)
    expect(answer).not.toContain(dir)
  })

  test.each([
    ['text/csv', 'fails'],
    ['text/csv', 'is lost'],
    ['application/jsonl', 'fails'],
    ['application/jsonl', 'is lost'],
  ] as const)('%s whose second chunk %s breaks off', async (accept, fault) => {
    const answer = await ask(accept, 1, fault)
    expect(answer).toContain('HTTP/1.1 200 ')
    expect(answer).not.toMatch(/\r\n0\r\n\r\n$/) // the end of a body
    expect(answer).not.toMatch(/Error|symbolic|stored/)
  })
})

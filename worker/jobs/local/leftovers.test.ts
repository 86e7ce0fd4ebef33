import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { boardsKey, deleteFilesOf, resultsKey } from '../platform.ts'
import { diskFiles } from './disk-files.ts'
import { openLocalJobs } from './local-jobs.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hrm-edge-leftovers-'))
})
afterEach(() => rm(dir, { recursive: true }))

async function write(path: string): Promise<void> {
  await mkdir(dirname(join(dir, path)), { recursive: true })
  await writeFile(join(dir, path), 'x')
}

test('what a killed process left of its uploads and results is gone after the next start, and nothing else is', async () => {
  const jobs = () => openLocalJobs({ dir, solvers: new Map(), log: () => {} })
  const [known, whole, cut] = Array.from({ length: 3 }, () => crypto.randomUUID())
  const before = jobs()
  const chunks = [{ offset: 0, length: 1, boards: 1 }]
  await before.platform.ledger(known).create({ id: known, task: 'none', model: 'm', maxSteps: 1, seed: 0, chunks })
  await before.close()
  await write(boardsKey(known))
  await write(resultsKey(known, 0))
  await write(`${resultsKey(known, 1)}.${crypto.randomUUID()}.part`)
  await write(boardsKey(whole)) // killed before there was a ledger
  await write(`${boardsKey(cut)}.${crypto.randomUUID()}.part`)
  await write('jobs/of-someone-else/boards.jsonl')

  await jobs().close()
  expect(await readdir(join(dir, 'jobs'))).toHaveLength(2)
  expect(existsSync(join(dir, boardsKey(known)))).toBe(true)
  expect(await readdir(join(dir, 'jobs', known, 'results'))).toEqual(['000000.jsonl'])
  expect(existsSync(join(dir, 'jobs/of-someone-else/boards.jsonl'))).toBe(true)
})

test('folders go with the last of their files', async () => {
  const files = diskFiles(dir)
  await files.put(boardsKey('a'), 'x')
  await files.put(resultsKey('a', 0), 'x')
  await files.put(resultsKey('a', 1), 'x')
  await files.delete(resultsKey('a', 0))
  expect(await readdir(join(dir, 'jobs', 'a', 'results'))).toEqual(['000001.jsonl'])
  await deleteFilesOf(files, 'a')
  expect(await readdir(join(dir, 'jobs'))).toEqual([])

  const upload = await files.createMultipartUpload(boardsKey('b'))
  await upload.uploadPart(1, new Uint8Array(3))
  await upload.abort()
  expect(await readdir(join(dir, 'jobs'))).toEqual([])
})

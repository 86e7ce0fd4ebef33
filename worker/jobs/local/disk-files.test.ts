import { mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { boardsKey } from '../platform.ts'
import { diskFiles } from './disk-files.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hrm-edge-files-'))
})
afterEach(() => rm(dir, { recursive: true }))

test('lists keys as they were put, however the folder is spelt', async () => {
  const before = process.cwd()
  process.chdir(dir)
  try {
    for (const name of ['.', './', 'jobs/..', dir, `${dir}/`]) {
      const files = diskFiles(name)
      await files.put(boardsKey('a'), 'x')
      expect(await files.list({ prefix: 'jobs/a/' })).toMatchObject({ objects: [{ key: boardsKey('a') }] })
    }
  } finally {
    process.chdir(before)
  }
})

test('a folder that is not there holds nothing, one that cannot be read is an error', async () => {
  const files = diskFiles(dir)
  expect((await files.list({ prefix: 'jobs/a/' })).objects).toEqual([])
  await mkdir(join(dir, 'jobs'))
  await writeFile(join(dir, 'jobs', 'a'), 'no folder')
  await expect(files.list({ prefix: 'jobs/a/' })).rejects.toThrow('ENOTDIR')
})

test('what cannot be written to its end, or cannot have its name, leaves nothing', async () => {
  const files = diskFiles(dir)
  const full = new Error('no space left on device')
  async function* untilFull() {
    yield 'half of it'
    throw full
  }
  await expect(files.put(boardsKey('a'), untilFull() as unknown as string)).rejects.toBe(full)
  expect(await readdir(join(dir, 'jobs'))).toEqual([])
  await mkdir(join(dir, boardsKey('b')), { recursive: true })
  await expect(files.put(boardsKey('b'), 'x')).rejects.toThrow('EISDIR')
  expect(await readdir(dirname(join(dir, boardsKey('b'))))).toEqual([basename(boardsKey('b'))])
})

test('what is stored is on the disk before it has its name', async () => {
  const handle = await open(dir)
  const flush = vi.spyOn(Object.getPrototypeOf(handle) as typeof handle, 'sync')
  await handle.close()
  const key = boardsKey('a')
  const named: boolean[] = []
  flush.mockImplementation(async () => {
    named.push(
      await readFile(join(dir, key)).then(
        () => true,
        () => false,
      ),
    )
  })
  try {
    const files = diskFiles(dir)
    await files.put(key, 'x')
    await files.delete(key)
    const upload = await files.createMultipartUpload(key)
    const parts = [await upload.uploadPart(1, new Uint8Array(1)), await upload.uploadPart(2, new Uint8Array(1))]
    await upload.complete(parts)
    expect(named).toEqual([false, false, false])
  } finally {
    flush.mockRestore()
  }
})

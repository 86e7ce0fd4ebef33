import { expect, test, vi } from 'vitest'
import type { JobFiles } from './platform.ts'
import { storeBoards } from './store-boards.ts'

const MOST = { cost: 1000, boards: 1000 }
const BAD_ROW = new Error('Line 7: this is not JSON.')

/** So many boards of 1 MiB, then a row that is refused. */
async function* badAtTheEnd(boards: number) {
  const board = '.'.repeat(1 << 20)
  for (let i = 0; i < boards; i++) yield { board, cost: 1 }
  throw BAD_ROW
}

/** Files that note what is done with them. */
function setUp() {
  const upload = { uploadPart: vi.fn(), complete: vi.fn(), abort: vi.fn(async () => {}) }
  const files = { put: vi.fn(), createMultipartUpload: vi.fn(async () => upload) }
  return { files: files as unknown as JobFiles, put: files.put, begin: files.createMultipartUpload, upload }
}

test('a file that is refused once a part of it is stored leaves no part behind', async () => {
  const { files, put, upload } = setUp()
  await expect(storeBoards(files, 'key', badAtTheEnd(6), MOST)).rejects.toBe(BAD_ROW)
  expect(upload.uploadPart).toHaveBeenCalledTimes(1)
  expect(upload.abort).toHaveBeenCalledTimes(1)
  expect(upload.complete).not.toHaveBeenCalled()
  expect(put).not.toHaveBeenCalled()
})

test('a file that is refused says why, also where its part cannot be deleted', async () => {
  const { files, upload } = setUp()
  upload.abort.mockRejectedValue(new Error('R2 is away'))
  await expect(storeBoards(files, 'key', badAtTheEnd(6), MOST)).rejects.toBe(BAD_ROW)
})

test('a file that is refused before a part is full stores nothing', async () => {
  const { files, put, begin } = setUp()
  await expect(storeBoards(files, 'key', badAtTheEnd(4), MOST)).rejects.toBe(BAD_ROW)
  expect(begin).not.toHaveBeenCalled()
  expect(put).not.toHaveBeenCalled()
})

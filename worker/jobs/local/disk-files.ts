import { mkdir, open, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import type { JobFiles } from '../platform.ts'

/** Of the name of a file that is being written. */
export const PART = '.part'

/**
 * Files of jobs in a folder. A file appears under its name once it is whole: what a dead process leaves behind ends in
 * `.part` and is passed over. What it holds is on the disk by then, for the ledgers are: else one that has outlived a power
 * failure would tell of results in an empty file. Folders are made for their files, and go with the last of them.
 */
export function diskFiles(dir: string): JobFiles {
  const pathOf = (key: string) => join(dir, key)

  async function begin(key: string): Promise<{ path: string; part: string }> {
    const path = pathOf(key)
    await mkdir(dirname(path), { recursive: true })
    return { path, part: `${path}.${crypto.randomUUID()}${PART}` }
  }

  /** The folder of a file and those around it, but not the one that all keys begin with. */
  async function removeEmpty(key: string): Promise<void> {
    for (let folder = dirname(key); dirname(folder) !== '.'; folder = dirname(folder)) {
      await rmdir(pathOf(folder)).catch(() => {}) // it holds something, or is gone already
    }
  }

  async function discard(key: string, part: string): Promise<void> {
    await rm(part, { force: true })
    await removeEmpty(key)
  }

  return {
    async put(key, data) {
      const { path, part } = await begin(key)
      try {
        await writeFile(part, data, { flush: true })
        await rename(part, path)
      } catch (error) {
        // Nothing else would before the next start, and the disk may be full; but it is the first error that tells why.
        await discard(key, part).catch(() => {})
        throw error
      }
    },

    async createMultipartUpload(key) {
      const { path, part } = await begin(key)
      return {
        async uploadPart(partNumber, data) {
          await writeFile(part, data, { flag: 'a', flush: true }) // parts come one after the other
          return { partNumber, etag: '' }
        },
        complete: () => rename(part, path),
        abort: () => discard(key, part),
      }
    },

    async get(key, options) {
      const bytes = await unlessGone(options ? readRange(pathOf(key), options.range) : readFile(pathOf(key)))
      return bytes && { text: async () => new TextDecoder().decode(bytes) }
    },

    async list({ prefix }) {
      const entries = (await unlessGone(readdir(pathOf(prefix), { recursive: true, withFileTypes: true }))) ?? []
      const keys = entries
        .filter((entry) => entry.isFile() && !entry.name.endsWith(PART))
        .map(({ parentPath, name }) => relative(dir, join(parentPath, name)))
      return { objects: keys.map((key) => ({ key })), truncated: false }
    },

    async delete(keys) {
      const gone = [keys].flat()
      for (const key of gone) await rm(pathOf(key), { force: true })
      // one key of each folder will do
      for (const key of new Map(gone.map((key) => [dirname(key), key])).values()) await removeEmpty(key)
    },
  }
}

/** `null` where there is no such file or folder. */
async function unlessGone<T>(read: Promise<T>): Promise<T | null> {
  try {
    return await read
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

async function readRange(path: string, { offset, length }: { offset: number; length: number }): Promise<Uint8Array> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, offset)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

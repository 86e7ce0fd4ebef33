import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { JobFiles } from '../platform.ts'

/**
 * Files of jobs in a folder. A file appears under its name once it is whole: what a dead process leaves behind ends in
 * `.part` and is passed over.
 */
export function diskFiles(dir: string): JobFiles {
  const pathOf = (key: string) => join(dir, key)

  async function begin(key: string): Promise<{ path: string; part: string }> {
    const path = pathOf(key)
    await mkdir(dirname(path), { recursive: true })
    return { path, part: `${path}.${crypto.randomUUID()}.part` }
  }

  return {
    async put(key, data) {
      const { path, part } = await begin(key)
      await writeFile(part, data)
      await rename(part, path)
    },

    async createMultipartUpload(key) {
      const { path, part } = await begin(key)
      return {
        async uploadPart(partNumber, data) {
          await writeFile(part, data, { flag: 'a' }) // parts come one after the other
          return { partNumber, etag: '' }
        },
        complete: () => rename(part, path),
        abort: () => rm(part, { force: true }),
      }
    },

    async get(key, options) {
      try {
        const bytes = options ? await readRange(pathOf(key), options.range) : await readFile(pathOf(key))
        return { text: async () => new TextDecoder().decode(bytes) }
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
        throw error
      }
    },

    async list({ prefix }) {
      const names = await readdir(pathOf(prefix), { recursive: true, withFileTypes: true }).catch(() => [])
      const keys = names
        .filter((entry) => entry.isFile() && !entry.name.endsWith('.part'))
        .map(({ parentPath, name }) => join(parentPath, name).slice(join(dir, '/').length))
      return { objects: keys.map((key) => ({ key })), truncated: false }
    },

    async delete(keys) {
      for (const key of [keys].flat()) await rm(pathOf(key), { force: true })
    },
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

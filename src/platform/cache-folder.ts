import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { WeightsStore } from './platform.ts'

/** A file being written is younger than this; what is older was left by a process that died. */
const WRITING_MS = 60 * 60 * 1000

/** `HRM_EDGE_CACHE` of the environment, else where the system keeps such things. */
function folderOfUser(): string {
  const { HRM_EDGE_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = process.env
  if (HRM_EDGE_CACHE) return HRM_EDGE_CACHE
  if (XDG_CACHE_HOME) return join(XDG_CACHE_HOME, 'hrm-edge')
  if (process.platform === 'win32') return join(LOCALAPPDATA ?? join(homedir(), 'AppData/Local'), 'hrm-edge/cache')
  return join(homedir(), process.platform === 'darwin' ? 'Library/Caches' : '.cache', 'hrm-edge')
}

/**
 * Weights in a folder of the user's, `<sha256>.safetensors`. A file is written under another name and renamed when it
 * is whole, so that no reader, and no process that dies, ever leaves half of one under its name.
 */
export const cacheFolder: WeightsStore = {
  async get(sha256) {
    try {
      return await readFile(pathOf(sha256))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  },
  async put(sha256, bytes) {
    const folder = folderOfUser()
    await mkdir(folder, { recursive: true })
    await removeLeftovers(folder)
    const part = join(folder, `${sha256}.${process.pid}-${Math.random().toString(36).slice(2)}.part`)
    try {
      const file = await open(part, 'wx')
      try {
        await file.writeFile(bytes)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(part, pathOf(sha256))
    } catch (error) {
      await rm(part, { force: true })
      throw error
    }
  },
  remove: (sha256) => rm(pathOf(sha256), { force: true }),
}

const pathOf = (sha256: string) => join(folderOfUser(), `${sha256}.safetensors`)

async function removeLeftovers(folder: string): Promise<void> {
  const parts = (await readdir(folder)).filter((name) => name.endsWith('.part')).map((name) => join(folder, name))
  for (const part of parts) {
    const { mtimeMs } = await stat(part).catch(() => ({ mtimeMs: Date.now() })) // another process has just renamed it
    if (Date.now() - mtimeMs > WRITING_MS) await rm(part, { force: true })
  }
}

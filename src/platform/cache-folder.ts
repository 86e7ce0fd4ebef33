import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { MOST_KEPT, type WeightsStore } from './platform.ts'

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
    const kept = await filesOf(folder, KEPT)
    for (const { path } of kept.slice(0, -MOST_KEPT)) await tidyAway(path)
  },
  remove: (sha256) => rm(pathOf(sha256), { force: true }),
}

const pathOf = (sha256: string) => join(folderOfUser(), `${sha256}.safetensors`)

const KEPT = /^[0-9a-f]{64}\.safetensors$/
/** The folder may be one that other programs use too: their `.part` files stay. */
const BEING_WRITTEN = /^[0-9a-f]{64}\.\d+-[0-9a-z]+\.part$/

async function removeLeftovers(folder: string): Promise<void> {
  for (const { path, mtimeMs } of await filesOf(folder, BEING_WRITTEN)) {
    if (Date.now() - mtimeMs > WRITING_MS) await tidyAway(path)
  }
}

/** What cannot be removed, a folder of such a name say, keeps nothing else from being kept. */
const tidyAway = (path: string) => rm(path, { force: true }).catch(() => {})

/** The files of such names, the oldest first. */
async function filesOf(folder: string, names: RegExp): Promise<{ path: string; mtimeMs: number }[]> {
  const paths = (await readdir(folder)).filter((name) => names.test(name)).map((name) => join(folder, name))
  const files = paths.map(async (path) => {
    // Another process may just have renamed or removed it.
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }))
    return { path, mtimeMs }
  })
  return (await Promise.all(files)).sort((a, b) => a.mtimeMs - b.mtimeMs)
}

import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { SMALLEST } from '../../tests/helpers/configs.ts'
import { expectHrmRejection } from '../../tests/helpers/errors.ts'
import { corrupted, type StumblingServer, startStumblingServer } from '../../tests/helpers/stumbling-server.ts'
import { tinyFile } from '../../tests/helpers/weights-file.ts'
import { MOST_KEPT } from '../platform/platform.ts'
import { loadModel } from './load-model.ts'

const FILE = tinyFile(SMALLEST)
const SHA256 = createHash('sha256').update(FILE).digest('hex')
const KEPT = `${SHA256}.safetensors`

let server: StumblingServer
let parent: string
let folder: string

beforeAll(async () => {
  server = await startStumblingServer(FILE)
  parent = await mkdtemp(join(tmpdir(), 'hrm-edge-cache-'))
})
afterAll(async () => {
  server.close()
  await rm(parent, { recursive: true })
})
beforeEach(async () => {
  folder = await mkdtemp(join(parent, 'of-a-test-'))
  vi.stubEnv('HRM_EDGE_CACHE', folder)
  server.answers = ['whole']
  server.requests = 0
})
afterEach(() => vi.unstubAllEnvs())

const load = async (options = {}) => {
  const progress: number[] = []
  const { sha256 } = await loadModel({
    weights: server.url,
    sha256: SHA256,
    onProgress: ({ loaded }) => progress.push(loaded),
    ...options,
  })
  expect(sha256).toBe(SHA256)
  expect(progress).toEqual(progress.toSorted((a, b) => a - b))
  expect(progress.at(-1)).toBe(FILE.length)
}

describe('weights from a URL with a hash', () => {
  it('are downloaded once; after that no server is needed', async () => {
    await load()
    expect(await readdir(folder)).toEqual([KEPT])
    expect(new Uint8Array(await readFile(join(folder, KEPT)))).toEqual(FILE)
    await load()
    await load({ weights: new URL('http://127.0.0.1:1/elsewhere') })
    expect(server.requests).toBe(1)
  })

  it('are hashed again at every read: a kept file that went bad, or is half there, is downloaded anew', async () => {
    await load()
    for (const bad of [corrupted(FILE), FILE.subarray(0, 100), new Uint8Array(0)]) {
      await writeFile(join(folder, KEPT), bad)
      server.requests = 0
      await load()
      expect(server.requests).toBe(1)
      expect(new Uint8Array(await readFile(join(folder, KEPT)))).toEqual(FILE)
    }
  })

  it('survive connections that are cut and a download that arrives corrupt', async () => {
    server.answers = ['cut', 'corrupt', 'cut', 'whole']
    await load()
    expect(server.requests).toBe(4)
    expect(await readdir(folder)).toEqual([KEPT])
  })

  it('are refused, and not kept, when the server only has another file', async () => {
    server.answers = ['corrupt']
    await expectHrmRejection(load(), 'weights_hash', SHA256)
    expect(server.requests).toBe(2)
    expect(await readdir(folder)).toEqual([])
  })

  it('leave nothing behind when the download fails for good or is aborted', async () => {
    server.answers = ['cut']
    await expectHrmRejection(load(), 'weights_fetch')
    await expectHrmRejection(load({ signal: AbortSignal.timeout(50) }), 'aborted')
    expect(await readdir(folder)).toEqual([])
  })

  it('load as well where nothing can be kept', async () => {
    await writeFile(join(parent, 'a-file'), '')
    vi.stubEnv('HRM_EDGE_CACHE', join(parent, 'a-file'))
    await load()
    await load()
    expect(server.requests).toBe(2)
  })

  it('are not kept without a hash, or when told not to', async () => {
    await load({ cache: false })
    await load({ sha256: undefined })
    expect(server.requests).toBe(2)
    expect(await readdir(folder)).toEqual([])
  })

  it('can be loaded by many at once', async () => {
    await Promise.all(Array.from({ length: 8 }, () => load()))
    expect(await readdir(folder)).toEqual([KEPT])
  })

  it('take a hash only: no other file can be named by it', async () => {
    for (const sha256 of ['../secret', 'f'.repeat(63), `${'f'.repeat(64)}\n`, '', 5, null]) {
      await expectHrmRejection(
        loadModel({ weights: server.url, sha256: sha256 as string }),
        'option_invalid',
        'sha256 is',
      )
    }
    expect(server.requests).toBe(0)
  })
})

describe('the cache folder', () => {
  /** Makes a file two hours old. */
  const age = (name: string) => {
    const longAgo = new Date(Date.now() - 2 * 60 * 60 * 1000)
    return utimes(join(folder, name), longAgo, longAgo)
  }

  it('is swept of what died while it was written, not of what is being written', async () => {
    const [old, young] = [`${SHA256}.1-x.part`, `${SHA256}.2-y.part`]
    await writeFile(join(folder, old), 'half')
    await writeFile(join(folder, young), 'half')
    await age(old)
    await load()
    expect((await readdir(folder)).sort()).toEqual([KEPT, young].sort())
  })

  it("keeps other programs' files, and what it cannot remove is no hindrance", async () => {
    const theirs = ['film.mp4.part', `${SHA256}.part`]
    for (const name of theirs) await writeFile(join(folder, name), 'half')
    const folders = ['x.part', `${SHA256}.0-folder.part`, `${'0'.repeat(64)}.safetensors`]
    for (const name of folders) await mkdir(join(folder, name))
    const old = `${SHA256}.1-x.part`
    await writeFile(join(folder, old), 'half')
    for (const name of [...theirs, ...folders, old]) await age(name)
    await load()
    expect((await readdir(folder)).sort()).toEqual([KEPT, ...theirs, ...folders].sort())
  })

  it('keeps so many files and no more: the one that came first goes; files of others stay', async () => {
    await writeFile(join(folder, 'notes.safetensors'), 'not ours')
    const older = Array.from({ length: MOST_KEPT }, (_, i) => `${String(i).repeat(64)}.safetensors`)
    for (const [i, name] of older.entries()) {
      await writeFile(join(folder, name), 'a model')
      await utimes(join(folder, name), i + 1, i + 1)
    }
    await load()
    expect((await readdir(folder)).sort()).toEqual([...older.slice(1), KEPT, 'notes.safetensors'].sort())
    server.requests = 0
    await load()
    expect(server.requests).toBe(0)
  })

  it('is where the system keeps such things', async () => {
    vi.stubEnv('HRM_EDGE_CACHE', '')
    vi.stubEnv('XDG_CACHE_HOME', join(folder, 'xdg'))
    await load()
    expect(await readdir(join(folder, 'xdg/hrm-edge'))).toEqual([KEPT])
    vi.stubEnv('XDG_CACHE_HOME', '')
    vi.stubEnv('HOME', folder)
    await mkdir(join(folder, '.cache'))
    await load()
    if (process.platform === 'linux') expect(await readdir(join(folder, '.cache/hrm-edge'))).toEqual([KEPT])
  })
})

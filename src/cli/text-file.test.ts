import { execFileSync } from 'node:child_process'
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MAX_INPUT_CHARS, readAll, readText, readTextFile } from './text-file.ts'

const TEXT = `question,answer\n${'..é🧩,1\n'.repeat(50_000)}`
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hrm-text-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}

test('reads plain and gzipped text alike, by content and not by name', async () => {
  const plain = await file('plain.csv.gz', TEXT)
  const zipped = await file('zipped.csv', gzipSync(TEXT))
  expect(await readAll(readTextFile(plain), plain)).toBe(TEXT)
  expect(await readAll(readTextFile(zipped), zipped)).toBe(TEXT)
})

describe.skipIf(process.platform === 'win32')('a pipe', () => {
  test.each([
    ['plain', Buffer.from(TEXT)],
    ['gzipped', gzipSync(TEXT)],
  ])('is read like a file: %s, its first byte alone', async (name, content) => {
    const path = join(folder, `pipe-${name}`)
    execFileSync('mkfifo', [path])
    const read = readAll(readTextFile(path), path)
    const writer = await open(path, 'w')
    await writer.write(content.subarray(0, 1))
    await writer.writeFile(content.subarray(1))
    await writer.close()
    expect(await read).toBe(TEXT)
  })
})

test('closes what it reads where that is no text from the first byte on', async () => {
  let closed = false
  async function* bytes() {
    try {
      yield Uint8Array.of(0xff, 0xff)
      expect.unreachable('it must not be read on')
    } finally {
      closed = true
    }
  }
  await expect(readAll(readText(bytes(), 'stdin'), 'stdin')).rejects.toThrow('stdin, line 1: this is not UTF-8')
  expect(closed).toBe(true)
})

test('reads an empty file and one of one byte', async () => {
  expect(await readAll(readTextFile(await file('empty', '')), 'empty')).toBe('')
  expect(await readAll(readTextFile(await file('one', '1')), 'one')).toBe('1')
})

test('drops a byte order mark', async () => {
  expect(await readAll(readTextFile(await file('bom', '\ufeffa')), 'bom')).toBe('a')
})

test.each([10, 100, 1000])('refuses gzip cut at byte %i', async (cut) => {
  const noise = Array.from({ length: 4000 }, (_, i) => String((i * 7919) % 1009)).join(',')
  const path = await file(`cut-${cut}`, gzipSync(noise).subarray(0, cut))
  await expect(readAll(readTextFile(path), path)).rejects.toMatchObject({ name: 'HrmError', code: 'data_invalid' })
})

test('refuses text that is not UTF-8', async () => {
  const path = await file('latin', Uint8Array.of(0x41, 0x0a, 0xe9, 0x41))
  await expect(readAll(readTextFile(path), path)).rejects.toMatchObject({
    code: 'data_invalid',
    message: `${path}, line 2: this is not UTF-8`,
  })
})

test('names a file that is not there, and a folder', async () => {
  const missing = join(folder, 'missing')
  await expect(readAll(readTextFile(missing), '')).rejects.toMatchObject({ code: 'usage' })
  await expect(readAll(readTextFile(missing), '')).rejects.toThrow(missing)
  await expect(readAll(readTextFile(folder), '')).rejects.toMatchObject({ code: 'usage' })
})

test('stops at its limit', async () => {
  async function* endless() {
    for (;;) yield ' '.repeat(1 << 20)
  }
  await expect(readAll(endless(), 'stdin')).rejects.toThrow(`stdin: more than ${MAX_INPUT_CHARS}`)
})

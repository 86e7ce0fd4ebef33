import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { open, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { expectHrmRejection } from '../../tests/helpers/errors.ts'
import { MAX_BYTES } from './download.ts'
import { readLocalFile } from './local-file.ts'
import { platform } from './node.ts'

const folder = mkdtempSync(join(tmpdir(), 'hrm-local-'))
afterAll(() => rmSync(folder, { recursive: true }))
const urlOf = (name: string) => pathToFileURL(join(folder, name))
const BYTES = Uint8Array.from({ length: 200_000 }, (_, i) => i % 251)

test('reads a file, also an empty one, into an array of its own size', async () => {
  await writeFile(urlOf('some'), BYTES)
  const bytes = await readLocalFile(urlOf('some'))
  expect(bytes).toEqual(BYTES)
  expect(bytes.buffer.byteLength).toBe(BYTES.length)
  await writeFile(urlOf('empty'), '')
  expect(await readLocalFile(urlOf('empty'))).toEqual(new Uint8Array())
})

test.skipIf(process.platform === 'win32')('reads a pipe to its end, in whatever pieces it comes', async () => {
  execFileSync('mkfifo', [join(folder, 'pipe')])
  const read = readLocalFile(urlOf('pipe'))
  const writer = await open(urlOf('pipe'), 'w')
  await writer.write(BYTES.subarray(0, 1))
  await writer.writeFile(BYTES.subarray(1))
  await writer.close()
  expect(await read).toEqual(BYTES)
})

test('refuses a file that is larger than any model, before it reads it', async () => {
  await writeFile(urlOf('sparse'), '')
  await truncate(join(folder, 'sparse'), MAX_BYTES + 1)
  await expectHrmRejection(platform.read(urlOf('sparse')), 'weights_fetch', `sparse: more than ${MAX_BYTES} bytes`)
})

test('says of a folder which it is', async () => {
  await expectHrmRejection(platform.read(pathToFileURL(folder)), 'weights_fetch', `${folder} is a folder`)
})

test.runIf(process.platform === 'linux')('gives up on a device that never ends', async () => {
  await expect(readLocalFile(new URL('file:///dev/zero'), undefined, 1e6)).rejects.toThrow('more than 1000000 bytes')
})

test('stops when aborted', async () => {
  await writeFile(urlOf('some'), BYTES)
  const reason = new Error('enough')
  const error = await expectHrmRejection(platform.read(urlOf('some'), { signal: AbortSignal.abort(reason) }), 'aborted')
  expect(error.cause).toBe(reason)
})

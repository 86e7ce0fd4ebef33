import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { SMALLEST } from '../../tests/helpers/configs.ts'
import { expectHrmRejection } from '../../tests/helpers/errors.ts'
import { tinyFile } from '../../tests/helpers/weights-file.ts'
import type { WeightsSource } from '../solve/types.ts'
import { loadModel } from './load-model.ts'

const file = tinyFile(SMALLEST)
const sha256 = createHash('sha256').update(file).digest('hex')
const folder = mkdtempSync(join(tmpdir(), 'hrm-edge-'))
const path = join(folder, 'tiny.safetensors')
writeFileSync(path, file)
afterAll(() => rmSync(folder, { recursive: true }))

function sharedCopy(bytes: Uint8Array): Uint8Array {
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length))
  shared.set(bytes)
  return shared
}

describe('loadModel', () => {
  const sources: [string, WeightsSource][] = [
    ['a Uint8Array', file],
    ['an ArrayBuffer', file.buffer],
    ['a Buffer', Buffer.from(file)],
    ['a view that is no Uint8Array', new DataView(file.buffer) as unknown as Uint8Array],
    ['a view of shared memory', sharedCopy(file)],
    ['a Blob', new Blob([file])],
    ['a File', new File([file], 'tiny.safetensors')],
    ['a path', path],
    ['a file URL as text', pathToFileURL(path).href],
    ['a file URL', pathToFileURL(path)],
    ['a data URL', `data:application/octet-stream;base64,${Buffer.from(file).toString('base64')}`],
  ]

  it.each(sources)('reads %s, says its hash and its progress', async (_, weights) => {
    const onProgress = vi.fn()
    const loaded = await loadModel({ weights, sha256: sha256.toUpperCase(), onProgress })
    expect(loaded.sha256).toBe(sha256)
    expect(loaded.model.config).toEqual(SMALLEST)
    expect(onProgress.mock.lastCall![0].loaded).toBe(file.length)
  })

  it('reads the weights that ship, by default and by task name', async () => {
    const byDefault = await loadModel({})
    expect(byDefault.model.config.task.name).toBe('sudoku')
    expect((await loadModel({ task: 'sudoku' })).sha256).toBe(byDefault.sha256)
  })

  it.each(sources)('hands on what onProgress throws as it is: %s', async (_, weights) => {
    const mine = new Error('mine')
    const onProgress = () => {
      throw mine
    }
    await expect(loadModel({ weights, onProgress })).rejects.toBe(mine)
  })

  it('refuses the bytes of a buffer that was transferred', async () => {
    const bytes = new Uint8Array(file)
    const { buffer } = bytes
    structuredClone(buffer, { transfer: [buffer] })
    await expectHrmRejection(loadModel({ weights: buffer }), 'option_invalid', 'transferred')
    await expectHrmRejection(loadModel({ weights: bytes }), 'option_invalid', 'transferred')
  })

  it('refuses a signal, an onProgress and a cache that are none', async () => {
    await expectHrmRejection(loadModel({ signal: { aborted: false } as never }), 'option_invalid', 'signal')
    await expectHrmRejection(loadModel({ onProgress: 5 as never }), 'option_invalid', 'onProgress')
    await expectHrmRejection(loadModel({ cache: 'false' as never }), 'option_invalid', 'cache must be true or false')
  })

  it('names the file that it refuses, where it has a name', async () => {
    const page = `${folder}/page.html`
    writeFileSync(page, '<!doctype html>')
    const fault = 'this is no weights file (safetensors): header length 8104636974849335612 is not within 1..65536'
    const refusal = (weights: WeightsSource, message: string) =>
      expect(loadModel({ weights })).rejects.toMatchObject({ code: 'weights_header_size', message })
    await refusal(page, `${page}: ${fault}`)
    await refusal(pathToFileURL(page), `${pathToFileURL(page)}: ${fault}`)
    await refusal(readFileSync(page), fault)
    const text = `data:text/html,<!doctype html>${'.'.repeat(1e5)}`
    await refusal(text, `${text.slice(0, 45)}...: ${fault}`)
    await expectHrmRejection(loadModel({ weights: 'data:,six' }), 'weights_truncated', /^data:,six: this is no weights/)
  })

  it('refuses another hash', async () => {
    const want = 'f'.repeat(64)
    await expectHrmRejection(loadModel({ weights: file, sha256: want }), 'weights_hash', `${sha256}, not ${want}`)
  })

  it('refuses weights for another task', async () => {
    await expectHrmRejection(loadModel({ weights: file, task: 'sudoku' }), 'task_mismatch', 'for pair, not "sudoku"')
    expect((await loadModel({ weights: file, task: 'pair' })).model.config.task.name).toBe('pair')
  })

  it('names a task or a hash that JSON cannot hold', async () => {
    await expectHrmRejection(loadModel({ task: 1n as never }), 'task_unknown', 'for 1n;')
    await expectHrmRejection(loadModel({ task: Number.NaN as never }), 'task_unknown', 'for NaN;')
    await expectHrmRejection(loadModel({ sha256: 1n as never }), 'option_invalid', 'sha256 is 1n,')
    await expectHrmRejection(loadModel({ weights: file, task: Symbol('s') as never }), 'task_mismatch', 'not Symbol(s)')
  })

  it.each(['paths', '', '__proto__', 'Sudoku'])('knows no weights for the task %j', async (task) => {
    await expectHrmRejection(
      loadModel({ task }),
      'task_unknown',
      `no weights ship for ${JSON.stringify(task)}; known: sudoku`,
    )
  })

  it.each([
    ['a path that is not there', join(folder, 'none')],
    ['a folder', folder],
    ['a file URL that is not there', new URL('none', pathToFileURL(`${folder}/`))],
    ['a malformed URL', 'http://['],
    ['a scheme nobody knows', 'gopher://x/y'],
    ['a path with a NUL', 'a\0b'],
    ['a host that cannot be', 'http://localhost:1/x'],
  ])('says that %s could not be read', async (_, weights) => {
    await expectHrmRejection(loadModel({ weights }), 'weights_fetch')
  })

  it('says that a Blob could not be read, or is larger than any model', async () => {
    const cause = new DOMException('the file was changed', 'NotReadableError')
    const changed = Object.assign(new Blob([file]), { arrayBuffer: () => Promise.reject(cause) })
    const error = await expectHrmRejection(loadModel({ weights: changed }), 'weights_fetch', 'the file was changed')
    expect(error.cause).toBe(cause)
    const huge = Object.defineProperty(new Blob(), 'size', { value: 2 ** 40 })
    await expectHrmRejection(loadModel({ weights: huge }), 'weights_fetch', 'more than')
  })

  it.each([1, true, {}, []])('refuses %j for weights', async (weights) => {
    await expectHrmRejection(loadModel({ weights: weights as never }), 'option_invalid', 'weights must be')
  })

  it('stops when aborted, wherever the weights come from', async () => {
    const reason = new Error('enough')
    for (const [, weights] of sources) {
      const error = await expectHrmRejection(loadModel({ weights, signal: AbortSignal.abort(reason) }), 'aborted')
      expect(error.cause).toBe(reason)
    }
    await expectHrmRejection(loadModel({ signal: AbortSignal.abort() }), 'aborted')
  })

  it("passes the reader's refusals on", async () => {
    await expectHrmRejection(loadModel({ weights: file.subarray(0, 100) }), 'weights_truncated')
  })
})

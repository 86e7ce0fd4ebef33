import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EASY } from './boards.ts'
import { documentOf, hrm, WEIGHTS } from './hrm.ts'

let folder: string
let good: Buffer
let headerEnd: number

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hrm-weights-'))
  good = await readFile(WEIGHTS)
  headerEnd = 8 + Number(good.readBigUInt64LE(0))
})
afterAll(() => rm(folder, { recursive: true }))

async function write(bytes: Uint8Array): Promise<string> {
  const path = join(folder, 'weights.safetensors')
  await writeFile(path, bytes)
  return path
}

/** Refused by `inspect` and by `solve` alike, with this code. */
async function expectRefused(bytes: Uint8Array, code: string) {
  const path = await write(bytes)
  const inspected = await hrm(['inspect', path, '--json'])
  expect({ code: inspected.code, error: documentOf(inspected).error.code }).toEqual({ code: 2, error: code })
  const solved = await hrm(['solve', 'sudoku', EASY[0].question, '--weights', path, '--json'])
  expect({ code: solved.code, error: documentOf(solved).error.code }).toEqual({ code: 2, error: code })
}

describe('a weights file', () => {
  test('is shown by inspect, and solves when it is named', async () => {
    const run = await hrm(['inspect', WEIGHTS, '--json'])
    expect(run).toMatchObject({ code: 0, stderr: '' })
    const info = documentOf(run)
    expect(info).toMatchObject({ bytes: good.length, config: { task: { name: 'sudoku' } } })
    expect(info.sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(info.parameters).toBeGreaterThan(1000)
    expect((await hrm(['inspect', WEIGHTS])).stdout).toContain(info.sha256)
    const solved = documentOf(await hrm(['solve', 'sudoku', EASY[0].question, '--weights', WEIGHTS, '--json']))
    expect(solved).toMatchObject({ solution: EASY[0].answer, model: info.name })
  })

  test.each([
    ['empty', 0],
    ['before the header length ends', 7],
    ['after the header length', 8],
    ['inside the header', 1000],
  ])('cut %s is refused', async (_, length) => {
    await expectRefused(good.subarray(0, length), 'weights_truncated')
  })

  test('cut at the end of the header, inside the data and one byte short is refused', async () => {
    for (const length of [headerEnd, headerEnd + 1, Math.floor((headerEnd + good.length) / 2), good.length - 1]) {
      await expectRefused(good.subarray(0, length), 'weights_truncated')
    }
  })

  test('with a byte too many is refused', async () => {
    await expectRefused(Buffer.concat([good, Buffer.of(0)]), 'weights_layout')
  })

  test('with a damaged header is refused', async () => {
    const hugeHeader = Buffer.from(good)
    hugeHeader.writeBigUInt64LE(1n << 40n, 0)
    await expectRefused(hugeHeader, 'weights_header_size')
    const notJson = Buffer.from(good)
    notJson[8] = 0x5b
    await expectRefused(notJson, 'weights_header_json')
  })

  test('with a scale that is not a number is refused', async () => {
    const header = JSON.parse(good.toString('utf8', 8, headerEnd))
    const [begin] = header['L_level.layers.0.self_attn.qkv_proj.weight_scale'].data_offsets
    const bad = Buffer.from(good)
    bad.writeFloatLE(Number.NaN, headerEnd + begin)
    await expectRefused(bad, 'weights_scale')
  })

  test('that is not there, or is a folder, is said so', async () => {
    for (const path of [join(folder, 'missing'), folder]) {
      const run = await hrm(['inspect', path, '--json'])
      expect({ code: run.code, error: documentOf(run).error.code }).toEqual({ code: 2, error: 'weights_fetch' })
    }
  })
})

import { expect, test } from 'vitest'
import { utf8Text } from './utf8-text.ts'

async function read(bytes: Uint8Array, size: number): Promise<string> {
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
  }
  let all = ''
  for await (const text of utf8Text(chunks(), (line) => new Error(`line ${line}`))) all += text
  return all
}

const SIZES = [1, 2, 3, 4, 5, 7, 1000]
/** Lines that end in characters of one to four bytes. */
const LINES = 'a\né\n€\n🧩\n'.repeat(5)
const bytesOf = (text: string) => new TextEncoder().encode(text)

test('reads text however it is cut, and drops a byte order mark', async () => {
  for (const size of SIZES) expect(await read(bytesOf(`\ufeff${LINES}\ufeff`), size)).toBe(`${LINES}\ufeff`)
})

test.each([
  ['a byte that is none', [0xff]],
  ['a stray continuation', [0x80]],
  ['a character cut by a line end', [0xe2, 0x82, 0x0a]],
  ['one cut by another', [0xf0, 0x9f, 0xc3, 0xa9]],
  ['an overlong form', [0xc0, 0xaf]],
  ['half of a surrogate pair', [0xed, 0xa0, 0x80]],
  ['the end', [0xf0, 0x9f, 0xa7]],
])('names the line of %s, however it is cut', async (what, fault) => {
  for (const before of ['', 'é', '\n', LINES, `${LINES}é`, `${LINES}🧩`]) {
    const after = what === 'the end' ? '' : LINES
    const bytes = Uint8Array.from([...bytesOf(before), ...fault, ...bytesOf(after)])
    const line = before.split('\n').length
    for (const size of SIZES) await expect(read(bytes, size)).rejects.toThrow(`line ${line}`)
  }
})

import { afterEach, expect, test, vi } from 'vitest'
import { printJson, remark } from './output.ts'

/** What arrives at a stream. */
function watch(stream: NodeJS.WriteStream): string[] {
  const written: string[] = []
  vi.spyOn(stream, 'write').mockImplementation((text) => {
    written.push(String(text))
    return true
  })
  return written
}
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

test('a remark is one line, whatever is in it', () => {
  const written = watch(process.stderr)
  remark('bad \u001b[31m\u009b\u007f\r\nname é')
  expect(written).toEqual(['bad \\u001b[31m\\x9b\\x7f\\r\\nname é\n'])
})

test('a remark takes the place of a progress line that a terminal shows', () => {
  const written: string[] = []
  vi.stubGlobal('process', {
    ...process,
    env: { TERM: 'xterm' },
    stderr: { isTTY: true, write: (text: string) => written.push(text) },
  })
  remark('left')
  expect(written).toEqual(['\r\u001b[2Kleft\n'])
})

test('a JSON document has no character that a terminal obeys, and says the same', () => {
  const written = watch(process.stdout)
  const value = { 'k\u009b': 'red \u001b[31m\u009b0m\u007f\né' }
  printJson(value)
  expect(written).toHaveLength(1)
  expect(written[0].trimEnd()).not.toMatch(/\p{Cc}/u)
  expect(JSON.parse(written[0])).toEqual(value)
})

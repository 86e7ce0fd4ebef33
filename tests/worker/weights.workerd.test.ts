// Weights that are not what they should be, in workerd.
import { expect, test } from 'vitest'
import shipped from '../../model/weights/sudoku.safetensors'
import { createSolver } from '../../src/index.ts'
import { createApp } from '../../worker/app.ts'
import type { ErrorLog, SolveLog } from '../../worker/log.ts'
import { lazySolver } from '../../worker/service.ts'
import { EASY, EASY_SOLUTION } from './boards.ts'

function appWith(weights: Uint8Array, sha256?: string) {
  const lines: (ErrorLog | SolveLog)[] = []
  const load = lazySolver(() => createSolver({ task: 'sudoku', weights, sha256 }))
  const app = createApp({ solvers: new Map([['sudoku', load]]), log: (line) => lines.push(line) })
  const solve = (accept: string) =>
    app.request('/v1/solve', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: accept },
      body: JSON.stringify({ task: 'sudoku', board: EASY }),
    })
  return { app, lines, solve }
}

const bytes = () => new Uint8Array(shipped.slice(0))

test('whole weights, given as bytes, solve', async () => {
  const response = await appWith(bytes()).solve('application/json')
  expect(await response.json()).toMatchObject({ solution: EASY_SOLUTION })
})

const withHeaderByte = (at: number, value: number) => {
  const copy = bytes()
  copy[at] = value
  return copy
}
const cases: [string, Uint8Array, RegExp, string?][] = [
  ['empty', new Uint8Array(), /^weights_truncated$/],
  ['cut within the header', bytes().subarray(0, 100), /^weights_(truncated|header_size)$/],
  ['cut within the data', bytes().subarray(0, shipped.byteLength - 1), /^weights_/],
  ['with a header of 2^56 bytes', withHeaderByte(7, 1), /^weights_header_size$/],
  ['with a header that is not JSON', withHeaderByte(8, 0x5b), /^weights_header_json$/],
  ['other than asked for', bytes(), /^weights_hash$/, '0'.repeat(64)],
]

test.each(cases)('weights %s are 503 with a weights code', async (_, weights, code, sha256) => {
  const { app, lines, solve } = appWith(weights, sha256)
  const answers = [await solve('application/json'), await solve('text/event-stream'), await app.request('/ready')]
  for (const response of answers) {
    expect(response.status).toBe(503)
    expect(response.headers.get('Content-Type')).toBe('application/problem+json')
    expect(response.headers.get('Retry-After')).toBe('60')
    expect(((await response.json()) as { code: string }).code).toMatch(code)
  }
  expect(lines.map(({ event }) => event)).toEqual(['error', 'error', 'error'])
  expect((await app.request('/health')).status).toBe(200)
})

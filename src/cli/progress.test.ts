import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createProgress, duration } from './progress.ts'

beforeEach(() => {
  vi.stubEnv('TERM', 'xterm')
})
afterEach(() => {
  vi.unstubAllEnvs()
})

function recorder(isTTY: boolean) {
  const written: string[] = []
  return { isTTY, written, write: (text: string) => written.push(text) }
}

test('redraws one line on a terminal, at most ten times a second, and clears it', () => {
  const sink = recorder(true)
  let time = 0
  const progress = createProgress('solving', 100, sink, () => time)
  for (; time <= 1000; time += 10) progress.update(time / 10)
  progress.end()
  expect(sink.written).toHaveLength(11)
  expect(sink.written[0]).toBe('\r\x1b[2Ksolving: 10/100, 1 s left')
  expect(sink.written[9]).toBe('\r\x1b[2Ksolving: 100/100')
  expect(sink.written[10]).toBe('\r\x1b[2K')
})

test('writes whole lines into a log, and rarely', () => {
  const sink = recorder(false)
  let time = 0
  const progress = createProgress('evaluating', 1000, sink, () => time)
  for (; time <= 60_000; time += 100) progress.update(time / 100, '3 solved')
  progress.end()
  expect(sink.written).toHaveLength(6)
  expect(sink.written[0]).toBe('evaluating: 100/1000, 3 solved, 1 min 30 s left\n')
})

test('gives way to text on the same terminal, and is back at the next update', () => {
  const sink = recorder(true)
  let time = 0
  const progress = createProgress('solving', 4, sink, () => time)
  progress.end()
  time = 200
  progress.update(1)
  progress.end()
  progress.end()
  progress.update(1)
  expect(sink.written).toEqual([0, 1, 0].map((i) => ['\r\x1b[2Ksolving: 1/4, 1 s left', '\r\x1b[2K'][i]))
})

test('takes a dumb terminal for a log', () => {
  vi.stubEnv('TERM', 'dumb')
  const sink = recorder(true)
  let time = 0
  const progress = createProgress('solving', 100, sink, () => time)
  for (; time <= 10_000; time += 1000) progress.update(time / 1000)
  progress.end()
  expect(sink.written).toEqual(['solving: 10/100, 1 min 30 s left\n'])
})

test.each([
  [0, '0 s'],
  [59_400, '59 s'],
  [59_600, '1 min 0 s'],
  [3_600_000, '1 h 0 min'],
  [3_725_000, '1 h 2 min'],
])('%i ms is %s', (ms, text) => expect(duration(ms)).toBe(text))

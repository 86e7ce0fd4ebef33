import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Playback } from './playback.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function withSteps(n: number, complete = true) {
  const onChange = vi.fn()
  const playback = new Playback(onChange)
  playback.begin()
  for (let i = 0; i < n; i++) playback.push()
  if (complete) playback.complete()
  return { playback, onChange }
}

test('shows every step of a solve in order, then rests at the end', () => {
  const { playback } = withSteps(3)
  playback.setSpeed(10)
  const seen = [playback.position]
  for (let i = 0; i < 3; i++) {
    vi.advanceTimersByTime(100)
    seen.push(playback.position)
  }
  expect(seen).toEqual([0, 1, 2, 3])
  expect(playback.playing).toBe(false)
  expect(vi.getTimerCount()).toBe(0)
})

test('makes up for a timer that came late', () => {
  const { playback } = withSteps(10)
  playback.setSpeed(10)
  const now = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 350)
  vi.advanceTimersByTime(100)
  now.mockRestore()
  expect(playback.position).toBe(3)
})

test('waits for steps that are still to come', () => {
  const { playback } = withSteps(1, false)
  vi.advanceTimersByTime(10_000)
  expect(playback).toMatchObject({ position: 1, playing: true })
  playback.push()
  vi.advanceTimersByTime(10_000)
  expect(playback.position).toBe(2)
  playback.complete()
  expect(playback.playing).toBe(false)
})

test('shows a long solve in seconds at the automatic speed', () => {
  const { playback } = withSteps(1000)
  vi.advanceTimersByTime(10_000)
  expect(playback.position).toBe(1000)
})

test('follows the newest step when live', () => {
  const { playback } = withSteps(2, false)
  playback.setSpeed('live')
  expect(playback.position).toBe(2)
  playback.push()
  expect(playback.position).toBe(3)
})

test('seeking stays inside the solve and pauses', () => {
  const { playback } = withSteps(5)
  playback.seek(99)
  expect(playback).toMatchObject({ position: 5, playing: false })
  playback.seek(-1)
  expect(playback.position).toBe(0)
  vi.advanceTimersByTime(10_000)
  expect(playback.position).toBe(0)
})

test('plays from the start again when at the end', () => {
  const { playback } = withSteps(2)
  playback.seek(2)
  playback.play()
  expect(playback).toMatchObject({ position: 0, playing: true })
})

test('pausing holds the position while steps come', () => {
  const { playback, onChange } = withSteps(2, false)
  playback.pause()
  playback.push()
  vi.advanceTimersByTime(10_000)
  expect(playback).toMatchObject({ position: 0, length: 3 })
  expect(onChange).toHaveBeenCalled()
})

test('a cleared playback has nothing to play', () => {
  const { playback } = withSteps(2)
  playback.clear()
  vi.advanceTimersByTime(10_000)
  expect(playback).toMatchObject({ position: 0, length: 0, playing: false })
})

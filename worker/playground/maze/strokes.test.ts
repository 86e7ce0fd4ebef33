import { afterEach, expect, test, vi } from 'vitest'
import { watchStrokes } from './strokes.ts'

afterEach(() => vi.unstubAllGlobals())

type Listener = (event: object) => void

test('a move that fails is over: the next one goes on from where it led', () => {
  const listeners = new Map<string, Listener>()
  const root = {
    addEventListener: (type: string, listener: Listener) => listeners.set(type, listener),
    releasePointerCapture() {},
  }
  vi.stubGlobal('document', { addEventListener() {} })
  const moves: [number, number][] = []
  watchStrokes(root as unknown as HTMLElement, {
    cellAt: (event) => (event as unknown as { cell: number }).cell,
    onPress() {},
    onMove(from, to) {
      moves.push([from, to])
      if (to === 2) throw new Error('refused')
    },
  })
  const send = (type: string, cell: number) =>
    listeners.get(type)!({ cell, pointerId: 1, button: 0, buttons: 1, isPrimary: true, preventDefault() {} })
  send('pointerdown', 1)
  expect(() => send('pointermove', 2)).toThrow('refused')
  send('pointermove', 3)
  send('pointermove', -1)
  send('pointermove', 5)
  expect(moves).toEqual([
    [1, 2],
    [2, 3],
    [-1, 5],
  ])
})

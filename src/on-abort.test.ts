import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { expectHrmError } from '../tests/helpers/errors.ts'
import { abortWith, onAbort, throwIfAborted } from './on-abort.ts'

describe('onAbort', () => {
  it('gives a signal one listener, however many wait for it, and none when all have stopped', () => {
    const abort = new AbortController()
    const count = () => getEventListeners(abort.signal, 'abort').length
    const stops = Array.from({ length: 30 }, () => onAbort(abort.signal, () => {}))
    expect(count()).toBe(1)
    for (const stop of stops.slice(1)) stop()
    stops[1]()
    expect(count()).toBe(1)
    stops[0]()
    expect(count()).toBe(0)
    onAbort(abort.signal, () => {})
    expect(count()).toBe(1)
  })

  it('calls all that still wait, in their order', () => {
    const abort = new AbortController()
    const called: string[] = []
    onAbort(abort.signal, () => {
      called.push('first')
      stopThird()
    })
    onAbort(abort.signal, () => called.push('second'))
    const stopThird = onAbort(abort.signal, () => called.push('third'))
    onAbort(new AbortController().signal, () => called.push('of another signal'))
    abort.abort()
    expect(called).toEqual(['first', 'second'])
  })

  it('never calls without a signal', () => {
    expect(onAbort(undefined, () => expect.fail())()).toBeUndefined()
  })
})

describe('abortWith', () => {
  it('aborts with the reason of the signal, also one that came before', () => {
    for (const order of ['before', 'after']) {
      const from = new AbortController()
      const to = new AbortController()
      if (order === 'before') from.abort('enough')
      abortWith(from.signal, to)
      from.abort('enough')
      expect(to.signal.reason, order).toBe('enough')
    }
  })

  it('leaves the controller alone once it was stopped, and without a signal', () => {
    const from = new AbortController()
    const to = new AbortController()
    abortWith(from.signal, to)()
    abortWith(undefined, to)()
    from.abort()
    expect(to.signal.aborted).toBe(false)
  })
})

describe('throwIfAborted', () => {
  it('gives the reason as cause', () => {
    expect(() => throwIfAborted(undefined)).not.toThrow()
    expect(() => throwIfAborted(new AbortController().signal)).not.toThrow()
    const reason = new Error('enough')
    expect(expectHrmError(() => throwIfAborted(AbortSignal.abort(reason)), 'aborted').cause).toBe(reason)
  })
})

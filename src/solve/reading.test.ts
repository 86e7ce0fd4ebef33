import { describe, expect, it } from 'vitest'
import { bestSymbols, candidatesOf } from './reading.ts'

const write = (symbol: number) => 'abc'[symbol - 1]

describe('candidatesOf', () => {
  it('lists what may still be, likeliest first', () => {
    const probabilities = Float32Array.of(0.04, 0.9, 0.06, 0, 1, 0, 0.3, 0.3, 0.4)
    expect(candidatesOf(probabilities, 3, write)).toEqual(['bc', 'b', 'cab'])
  })

  it('always has the likeliest, which is the symbol read, however unsure', () => {
    const probabilities = Float32Array.of(0.01, 0.02, 0.02, 0, 0, 0)
    expect(candidatesOf(probabilities, 3, write)).toEqual(['b', 'a'])
    expect([...bestSymbols(probabilities, 3)].map(write)).toEqual(['b', 'a'])
  })
})

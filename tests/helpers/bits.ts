import { expect } from 'vitest'

/** Raw bytes of numbers as hex words: equal only where the bits are, so -0 differs from 0 and NaN equals itself. */
export const bitsOf = (x: Float32Array): string[] =>
  Array.from(new Uint32Array(x.slice().buffer), (word) => word.toString(16).padStart(8, '0'))

/** Fails at the first float whose bits differ, showing both values. */
export function expectSameBits(got: Float32Array, want: Float32Array, what: string): void {
  expect(got.length, `${what}: length`).toBe(want.length)
  const a = new Uint32Array(got.slice().buffer)
  const b = new Uint32Array(want.slice().buffer)
  const at = a.findIndex((word, i) => word !== b[i])
  if (at >= 0)
    expect.fail(`${what}[${at}] is ${got[at]} (${a[at].toString(16)}), not ${want[at]} (${b[at].toString(16)})`)
}

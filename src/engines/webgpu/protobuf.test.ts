import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Message } from './protobuf.ts'

const hex = (message: Message) => Buffer.from(message.finish()).toString('hex')

test('writes the examples of the protocol-buffers encoding guide', () => {
  expect(hex(new Message().int(1, 150))).toBe('089601')
  expect(hex(new Message().text(2, 'testing'))).toBe('120774657374696e67')
  expect(hex(new Message().message(3, new Message().int(1, 150)))).toBe('1a03089601')
})

test('writes a float with its 32-bit wire type', () => {
  expect(hex(new Message().float(2, 1))).toBe('150000803f')
})

test('writes any safe integer so that it reads back', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (value) => {
      const [tag, ...digits] = new Message().int(1, value).finish()
      const read = digits.reduceRight((sum, byte) => sum * 128n + BigInt(byte & 127), 0n)
      return tag === 8 && read === BigInt(value) && digits.every((byte, i) => byte >= 128 === i < digits.length - 1)
    }),
  )
  expect(() => new Message().int(1, -1)).toThrow(RangeError)
  expect(() => new Message().int(1, 2 ** 53)).toThrow(RangeError)
})

test('a nested message counts the bytes of everything below it', () => {
  const inner = new Message().bytes(1, new Uint8Array(300))
  expect(inner.size).toBe(1 + 2 + 300)
  const outer = new Message().message(1, new Message().message(1, inner))
  expect(outer.finish()).toHaveLength(outer.size)
  expect(outer.size).toBe(303 + 3 + 3)
})

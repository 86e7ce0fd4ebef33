import { describe, expect, it } from 'vitest'
import { MAZE, SMALLEST } from '../../tests/helpers/configs.ts'
import { expectHrmError } from '../../tests/helpers/errors.ts'
import { type Draft, draftOf, tensorSpecs, tinyFile, writeFile, writeRaw } from '../../tests/helpers/weights-file.ts'
import type { ModelConfig } from './config.ts'
import { readModel } from './read-model.ts'
import { parseContainer, parseObject } from './safetensors.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)

/** The container of a draft after a test has spoilt it. */
const parseSpoilt = (spoil: (draft: Draft) => void) => () => {
  const draft = draftOf(SMALLEST)
  spoil(draft)
  return parseContainer(writeFile(draft))
}

/** Two tensors of four bytes each behind one another, the second one as given. */
const twoTensors = (a: unknown, b: unknown, bytes = 8) =>
  parseContainer(writeRaw(utf8(JSON.stringify({ a, b })), new Uint8Array(bytes)))
const f32 = (begin: number, end: number) => ({ dtype: 'F32', shape: [1], data_offsets: [begin, end] })

describe('parseContainer', () => {
  it('gives metadata and every tensor with its place in the file', () => {
    const draft = draftOf(SMALLEST)
    const file = writeFile(draft)
    const { metadata, tensors } = parseContainer(file)
    expect(metadata['hrm.format']).toBe('1')
    const begin = file.length - draft.data.length
    const { __metadata__, ...entries } = draft.header
    expect([...tensors.keys()]).toEqual(Object.keys(entries))
    for (const [name, { dtype, shape, data_offsets }] of Object.entries(entries)) {
      expect(tensors.get(name)).toEqual({
        dtype,
        shape,
        begin: begin + data_offsets[0],
        end: begin + data_offsets[1],
      })
    }
  })

  it('takes tensors in any order, of no bytes, and a header padded with spaces', () => {
    const empty = { dtype: 'F32', shape: [0, 3], data_offsets: [4, 4] }
    const { tensors } = twoTensors(f32(4, 8), f32(0, 4))
    expect(tensors.get('a')!.begin).toBe(tensors.get('b')!.end)
    expect(twoTensors(f32(0, 4), empty, 4).tensors.size).toBe(2)
    const padded = writeFile(draftOf(SMALLEST), `${JSON.stringify(draftOf(SMALLEST).header)}     `)
    expect(parseContainer(padded).tensors.size).toBeGreaterThan(0)
  })

  it('reads a view into a larger buffer', () => {
    const file = writeFile(draftOf(SMALLEST))
    const larger = new Uint8Array(file.length + 20).fill(7)
    larger.set(file, 13)
    expect(parseContainer(larger.subarray(13, 13 + file.length)).metadata['hrm.format']).toBe('1')
  })

  describe('header length', () => {
    const withLength = (length: bigint) => () => parseContainer(writeFile(draftOf(SMALLEST), undefined, length))

    it.each([0n, 65537n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n])('refuses %s', (length) => {
      expectHrmError(withLength(length), 'weights_header_size', `header length ${length} is not within 1..65536`)
    })

    it('refuses a header that goes on behind the end of the file', () => {
      expectHrmError(withLength(65536n), 'weights_truncated', /^header says 65536 bytes, the file ends after \d+$/)
    })

    it('has room for the largest model that a config may describe, and a card', () => {
      const layers = { H_layers: 24, L_layers: 24 }
      expect(readModel(tinyFile({ ...MAZE, ...layers })).H.length).toBe(24)
      const sizes = {
        ...layers,
        hidden_size: 4096,
        intermediate_size: 4096,
        num_heads: 64,
        pos_encodings: 'rope',
      } as const
      const config: ModelConfig = { ...MAZE, ...sizes, lists: Array(64).fill('neighbours') }
      const offsets = [2 ** 33, 2 ** 33] // of a file that no memory holds
      const entries = tensorSpecs(config).map(([name, dtype, shape]) => [name, { dtype, shape, data_offsets: offsets }])
      expect(JSON.stringify(Object.fromEntries(entries)).length).toBeLessThan((64 - 12) * 1024)
    })

    it('takes a header of exactly 64 KiB', () => {
      const { header, data } = draftOf(SMALLEST)
      const text = JSON.stringify(header).padEnd(65536)
      expect(parseContainer(writeFile({ header, data }, text)).tensors.size).toBeGreaterThan(0)
      expectHrmError(() => parseContainer(writeFile({ header, data }, `${text} `)), 'weights_header_size', '65537')
    })

    it.each([0, 1, 7])('refuses a file of %i bytes', (n) => {
      expectHrmError(() => parseContainer(new Uint8Array(n)), 'weights_truncated', `file of ${n} bytes has no header`)
    })
  })

  describe('header text', () => {
    const parseText = (header: string | Uint8Array) => () =>
      parseContainer(writeRaw(typeof header === 'string' ? utf8(header) : header, new Uint8Array(0)))

    it.each(['{', 'x', '{"a":1,}', "{'a':1}", '{"a":NaN}', '{"a":01}', '{}x', '\0{}', '{"a\n":1}'])(
      'refuses %j',
      (text) => {
        expectHrmError(parseText(text), 'weights_header_json', 'header is not JSON')
      },
    )

    it.each(['[]', '1', '"x"', 'null', 'true'])('refuses %s, which is not an object', (text) => {
      expectHrmError(parseText(text), 'weights_header_json', 'header is not a JSON object')
    })

    it('takes white space behind the object, not before it', () => {
      expectHrmError(parseText(' {}'), 'weights_header_json', 'header begins with white space')
      expect(parseText('{} \n')().tensors.size).toBe(0)
    })

    it('refuses a byte-order mark', () => {
      expectHrmError(parseText('\uFEFF{}'), 'weights_header_json', 'header is not JSON')
    })

    it('refuses bytes that are not UTF-8', () => {
      expectHrmError(parseText(Uint8Array.of(0x7b, 0x22, 0xff, 0x22)), 'weights_header_json', 'header is not UTF-8')
      expectHrmError(parseText(Uint8Array.of(0xed, 0xa0, 0x80)), 'weights_header_json', 'header is not UTF-8')
    })

    it('survives the deepest nesting that fits', () => {
      const objects = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
      const arrays = (depth: number) => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`
      for (const nested of [objects, arrays]) {
        expectHrmError(parseText(nested(64)), 'weights_header_json', 'a is not an object of dtype, shape, data_offsets')
        expectHrmError(parseText(nested(65)), 'weights_header_json', 'header is nested deeper than 64')
        expectHrmError(parseText(nested(10_000)), 'weights_header_json', 'header is nested deeper than 64')
      }
      expectHrmError(parseText('{"a":'.repeat(13_000)), 'weights_header_json', 'header is not JSON')
    })

    it('survives a key of 60,000 characters', () => {
      expectHrmError(parseText(`{"${'\\"'.repeat(30_000)}":1}`), 'weights_header_json', 'is not an object of dtype')
    })
  })

  describe('keys given twice', () => {
    const twice = (text: string) => () => parseContainer(writeRaw(utf8(text), new Uint8Array(4)))
    const entry = JSON.stringify(f32(0, 4))

    it.each([
      ['a tensor', `{"a":${entry},"a":${entry}}`, '"a"'],
      ['an escaped spelling', `{"a":${entry},"\\u0061":${entry}}`, '"a"'],
      ['a key of a tensor', `{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, '"dtype"'],
      ['the metadata', `{"__metadata__":{},"__metadata__":{},"a":${entry}}`, '"__metadata__"'],
      ['a key of the metadata', `{"__metadata__":{"k":"1","k":"2"},"a":${entry}}`, '"k"'],
      ['a key after nested objects', `{"a":${entry},"b":{"c":[{"d":1}]},"a":${entry}}`, '"a"'],
      ['a key with quotes and braces in it', `{"{\\"":1,"{\\"":1}`, '"{\\""'],
    ])('refuses %s', (_, text, key) => {
      const error = expectHrmError(twice(text), 'weights_duplicate_key')
      expect(error.message).toBe(`header has the key ${key} twice`)
    })

    it('allows the same key in different objects, and a value that equals a key', () => {
      expect(parseObject('{"a":"a","b":{"a":["a:",{"a":1}]},"c":":"}', 'x', 'weights_config')).toBeTruthy()
    })
  })

  describe('metadata', () => {
    it.each([1, null, [], ['x'], 'x', { k: 1 }, { k: null }, { k: {} }])('refuses %j', (value) => {
      expectHrmError(
        parseSpoilt(({ header }) => {
          header.__metadata__ = value
        }),
        'weights_header_json',
        '__metadata__ is not an object of strings',
      )
    })
  })

  describe('tensor entries', () => {
    const spoilt = (change: object) =>
      parseSpoilt(({ header }) => {
        Object.assign(header.H_init, change)
      })

    it.each([1, null, [], 'x'])('refuses %j for an entry', (value) => {
      expectHrmError(
        parseSpoilt(({ header }) => {
          header.H_init = value
        }),
        'weights_header_json',
        'H_init is not an object of dtype, shape, data_offsets',
      )
    })

    it('refuses an unknown key of an entry', () => {
      expectHrmError(spoilt({ extra: 1 }), 'weights_header_json', 'H_init is not an object of')
    })

    it.each(['F16', 'BF16', 'F64', 'I32', 'U8', 'f32', '', null, 4, undefined])('refuses dtype %j', (dtype) => {
      expectHrmError(spoilt({ dtype }), 'weights_dtype', /^H_init: dtype .* is neither F32 nor I8$/)
    })

    it.each([[[1.5]], [[-4]], ['4'], [null], [['4']], [[1, 1, 1, 1, 4]], [[2 ** 53]], [{ length: 1 }]])(
      'refuses the shape %j',
      (shape) => {
        expectHrmError(spoilt({ shape }), 'weights_shape', 'H_init: shape is not a list of at most 4 sizes')
      },
    )

    it.each([[[3]], [[5]], [[]], [[0]], [[2 ** 50]], [[2 ** 52, 2 ** 52, 2 ** 52, 2 ** 52]]])(
      'refuses the shape %j for 16 bytes',
      (shape) => {
        expectHrmError(spoilt({ shape }), 'weights_shape', /^H_init: F32 \[.*\] needs .* bytes, data_offsets give 16$/)
      },
    )

    it.each([[[0]], [[0, 4, 8]], [[8, 4]], [[-4, 0]], [[0.5, 16.5]], ['0,16'], [null], [[0, 2 ** 53]], [undefined]])(
      'refuses the offsets %j',
      (data_offsets) => {
        expectHrmError(spoilt({ data_offsets }), 'weights_layout', 'H_init: data_offsets is not [begin, end]')
      },
    )
  })

  describe('layout', () => {
    it('refuses overlaps', () => {
      expectHrmError(() => twoTensors(f32(0, 4), f32(3, 7)), 'weights_layout', 'b overlaps the tensor before it')
      expectHrmError(() => twoTensors(f32(0, 4), f32(0, 4)), 'weights_layout', 'overlaps the tensor before it')
    })

    it('refuses holes', () => {
      expectHrmError(() => twoTensors(f32(0, 4), f32(5, 9), 9), 'weights_layout', 'b leaves 1 bytes unused before it')
      expectHrmError(() => twoTensors(f32(2, 6), f32(6, 10), 10), 'weights_layout', 'a leaves 2 bytes unused before it')
    })

    it('refuses bytes behind the last tensor', () => {
      expectHrmError(() => twoTensors(f32(0, 4), f32(4, 8), 9), 'weights_layout', '1 bytes behind the last tensor')
    })

    it('refuses data that the file does not have', () => {
      expectHrmError(
        () => twoTensors(f32(0, 4), f32(4, 8), 7),
        'weights_truncated',
        /^tensors end at byte \d+, the file at \d+$/,
      )
    })

    it('refuses offsets that only fit a file of petabytes, without allocating them', () => {
      const size = 2 ** 50
      const far = { dtype: 'I8', shape: [size], data_offsets: [0, size] }
      expectHrmError(
        () => parseContainer(writeRaw(utf8(JSON.stringify({ far })), new Uint8Array(8))),
        'weights_truncated',
      )
    })
  })
})

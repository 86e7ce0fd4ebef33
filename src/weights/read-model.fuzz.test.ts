import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OFFICIAL, SMALLEST } from '../../tests/helpers/configs.ts'
import { draftOf, tinyFile, writeFile, writeRaw } from '../../tests/helpers/weights-file.ts'
import { HrmError } from '../errors.ts'
import { readModel } from './read-model.ts'

/** Reads, or throws an HrmError of the weights family: whatever the bytes, nothing else may happen. */
function readOrRefuse(file: Uint8Array): 'read' | 'refused' {
  try {
    readModel(file)
    return 'read'
  } catch (error) {
    if (!(error instanceof HrmError)) throw error
    expect(error.code).toMatch(/^weights_/)
    expect(error.message).not.toBe('')
    return 'refused'
  }
}

const smallest = tinyFile(SMALLEST)
const official = tinyFile(OFFICIAL)
const headerEnd = (file: Uint8Array) => 8 + new DataView(file.buffer).getUint32(0, true)

/** A file with some bytes changed: [where as a share of the range, new byte]. */
function change(file: Uint8Array, edits: readonly (readonly [number, number])[], from: number, to: number): Uint8Array {
  const copy = file.slice()
  for (const [where, byte] of edits) copy[from + Math.floor(where * (to - from))] = byte
  return copy
}

const edits = fc.array(fc.tuple(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.nat(255)), {
  minLength: 1,
  maxLength: 6,
})

describe('readModel, of hostile bytes', () => {
  it('survives changed bytes anywhere', () => {
    const seen = { read: 0, refused: 0 }
    fc.assert(
      fc.property(fc.constantFrom(smallest, official), edits, (file, changes) => {
        seen[readOrRefuse(change(file, changes, 0, file.length))]++
      }),
      { numRuns: 4000 },
    )
    // Both outcomes must come up, or the test would not test what it says.
    expect(seen.read).toBeGreaterThan(0)
    expect(seen.refused).toBeGreaterThan(0)
  })

  it('survives changed bytes in the header', () => {
    fc.assert(
      fc.property(edits, (changes) => {
        readOrRefuse(change(smallest, changes, 0, headerEnd(smallest)))
      }),
      { numRuns: 4000 },
    )
  })

  it('survives a bit flipped in every byte of the header', () => {
    const copy = smallest.slice()
    for (let i = 0; i < headerEnd(smallest); i++) {
      copy[i] ^= 1 << (i & 7)
      readOrRefuse(copy)
      copy[i] ^= 1 << (i & 7)
    }
    expect(readOrRefuse(copy)).toBe('read')
  })

  it('survives digits changed in the header, which stay JSON and say other sizes', () => {
    const { header, data } = draftOf(SMALLEST)
    const text = JSON.stringify(header)
    const digits = Array.from(text.matchAll(/\d/g), (match) => match.index)
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(digits.length - 1), fc.nat(9)), { minLength: 1, maxLength: 4 }),
        (changes) => {
          const characters = text.split('')
          for (const [which, digit] of changes) characters[digits[which]] = String(digit)
          readOrRefuse(writeFile({ header, data }, characters.join('')))
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('survives any JSON for a header', () => {
    fc.assert(
      fc.property(fc.json(), fc.uint8Array({ maxLength: 64 }), (text, data) => {
        expect(readOrRefuse(writeRaw(new TextEncoder().encode(text), data))).toBe('refused')
      }),
      { numRuns: 1000 },
    )
  })

  it('survives any JSON in the place of any part of the header', () => {
    const names = Object.keys(draftOf(SMALLEST).header)
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.jsonValue(), fc.boolean(), (name, value, whole) => {
        const draft = draftOf(SMALLEST)
        if (whole) draft.header[name] = value
        else for (const key of Object.keys(draft.header[name])) draft.header[name][key] = value
        readOrRefuse(writeFile(draft))
      }),
      { numRuns: 1000 },
    )
  })

  it('survives any JSON in the place of any field of the config', () => {
    const fields = [...Object.keys(SMALLEST), ...Object.keys(SMALLEST.task)]
    fc.assert(
      fc.property(fc.constantFrom(...fields), fc.jsonValue(), (field, value) => {
        const draft = draftOf(SMALLEST)
        const config =
          field in SMALLEST
            ? { ...SMALLEST, [field]: value }
            : { ...SMALLEST, task: { ...SMALLEST.task, [field]: value } }
        draft.header.__metadata__['hrm.config'] = JSON.stringify(config)
        readOrRefuse(writeFile(draft))
      }),
      { numRuns: 1000 },
    )
  })

  it('refuses random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(readOrRefuse(bytes)).toBe('refused')
      }),
      { numRuns: 1000 },
    )
  })
})

import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { writeRaw } from '../../tests/helpers/weights-file.ts'
import { HrmError } from '../errors.ts'
import { readModel } from './read-model.ts'

interface Case {
  name: string
  /** Of tests/golden. */
  file: string
  in: 'header' | 'hrm.config' | 'hrm.card'
  find: string
  put: string
  refused: boolean
}

const read = (path: string) => readFileSync(new URL(`../../tests/${path}`, import.meta.url))

/** What Python is asked, too: model/tests/test_weights_json.py. */
const cases: Case[] = JSON.parse(read('helpers/weights-json.json').toString())

it.each(cases)('$name', ({ file, in: part, find, put, refused }) => {
  const bytes = read(`golden/${file}.weights.safetensors`)
  const begin = 8 + Number(bytes.readBigUInt64LE())
  const header = bytes.toString('utf8', 8, begin)
  const parsed = JSON.parse(header)
  const text: string = part === 'header' ? header : parsed.__metadata__[part]
  expect(text).toContain(find)
  let changed = text.replace(find, () => put)
  if (part !== 'header') {
    parsed.__metadata__[part] = changed
    changed = JSON.stringify(parsed)
  }
  const spoilt = writeRaw(new TextEncoder().encode(changed), bytes.subarray(begin))
  if (refused) expect(() => readModel(spoilt)).toThrow(HrmError)
  else expect(readModel(spoilt).config.seq_len).toBeGreaterThan(0)
})

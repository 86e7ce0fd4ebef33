import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HrmError } from '../errors.ts'
import { type CsvRecord, faultsOf, MAX_RECORD_CHARS, readCsv } from './csv.ts'

async function read(...chunks: string[]): Promise<CsvRecord[]> {
  const records: CsvRecord[] = []
  for await (const record of readCsv(chunks, faultsOf('boards.csv'))) records.push(record)
  return records
}

async function failure(text: string): Promise<HrmError> {
  try {
    await read(text)
  } catch (error) {
    if (error instanceof HrmError) return error
  }
  throw new Error('readCsv accepted it')
}

const field = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r\n', ' ', 'é', '🧩', '') })
const table = fc.array(fc.array(field, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 8 })

/** Quotes where RFC 4180 demands it, and for a lone empty field, which would else be an empty line. */
function write(rows: string[][], end: string): string {
  const quote = (f: string) => (/[",\r\n]/.test(f) ? `"${f.replaceAll('"', '""')}"` : f)
  return rows.map((row) => (row.length === 1 && row[0] === '' ? '""' : row.map(quote).join(',')) + end).join('')
}

describe('readCsv', () => {
  test('reads back what RFC 4180 writes, however the text is cut', async () => {
    await fc.assert(
      fc.asyncProperty(table, fc.constantFrom('\n', '\r\n'), fc.integer({ min: 1, max: 9 }), async (rows, end, cut) => {
        const text = write(rows, end)
        const chunks = Array.from({ length: Math.ceil(text.length / cut) }, (_, i) =>
          text.slice(i * cut, (i + 1) * cut),
        )
        expect((await read(...chunks)).map((r) => r.fields)).toEqual(rows)
      }),
    )
  })

  test('numbers records by the line they start on', async () => {
    const records = await read('a,b\n\n"x\ny",2\r\nlast,3')
    expect(records).toEqual([
      { line: 1, fields: ['a', 'b'] },
      { line: 3, fields: ['x\ny', '2'] },
      { line: 5, fields: ['last', '3'] },
    ])
  })

  test('drops a byte order mark at the very start only', async () => {
    expect(await read('\ufeffa', '\ufeffb\n')).toEqual([{ line: 1, fields: ['a\ufeffb'] }])
  })

  test.each([
    ['ok\na"b', 2, 'quote inside an unquoted field'],
    ['ok\n"a"b', 2, 'text after the closing quote'],
    ['ok\nok\n"a\nb\nc', 3, 'never closed'],
    ['a\rb', 1, 'carriage return'],
    ['a'.repeat(MAX_RECORD_CHARS + 1), 1, 'a record of more than'],
  ])('refuses %j', async (text, line, what) => {
    const error = await failure(text)
    expect(error.code).toBe('data_invalid')
    expect(error.message).toContain(`boards.csv, line ${line}: `)
    expect(error.message).toContain(what)
  })
})

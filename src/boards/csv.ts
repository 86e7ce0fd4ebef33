import { HrmError } from '../errors.ts'

/** One record of a CSV file and the line (1-based) it starts on. */
export interface CsvRecord {
  line: number
  fields: string[]
}

/** A record of a puzzle file is a few boards; a longer one is a quote that was never closed, or not a CSV at all. */
export const MAX_RECORD_CHARS = 1 << 20

/** Makes the error of a fault in a line (1-based) of a file. */
export type RefuseLine = (line: number, what: string, cause?: unknown) => Error

/** @returns what makes HrmErrors `data_invalid` that name `file` and the line */
export const faultsOf =
  (file: string): RefuseLine =>
  (line, what, cause) =>
    new HrmError('data_invalid', `${file}, line ${line}: ${what}`, { cause })

/** Whether a column of a header has one of these names, in any case. */
export const isNamed = (known: readonly string[], column: string): boolean =>
  known.includes(column.trim().toLowerCase())

/** What to say of a header, its fields given, without a column of these names. */
export function noColumn(known: readonly string[], fields: readonly string[]): string {
  const other = fields.length === 1 && !fields[0].includes(',') && /[;\t]/.test(fields[0])
  return `no column named ${known.join(' or ')}${other ? '; columns are separated by commas' : ''}`
}

/**
 * Reads RFC 4180 CSV from text chunks cut anywhere: quoted fields may hold commas, doubled quotes and line breaks;
 * lines end in LF or CRLF; empty lines are passed over; a byte order mark in front is dropped.
 *
 * @throws what `refuse` makes of a stray quote, an unclosed one, or a record over `MAX_RECORD_CHARS`
 */
export async function* readCsv(chunks: AsyncIterable<string> | Iterable<string>, refuse: RefuseLine) {
  let line = 1 // of the character being read
  let start = 1 // where the record starts
  let fields: string[] = []
  let field = ''
  let chars = 0
  // 'closed': a quoted field's second quote was just read; another quote makes it a literal one
  let state: 'start' | 'plain' | 'quoted' | 'closed' = 'start'
  let afterReturn = false
  let first = true

  const record = (): CsvRecord | undefined => {
    const empty = fields.length === 0 && field === '' && state === 'start'
    const done = { line: start, fields: [...fields, field] }
    fields = []
    field = ''
    chars = 0
    state = 'start'
    return empty ? undefined : done
  }

  for await (const chunk of chunks) {
    for (const c of first && chunk.startsWith('\ufeff') ? chunk.slice(1) : chunk) {
      if (++chars > MAX_RECORD_CHARS) throw refuse(start, `a record of more than ${MAX_RECORD_CHARS} characters`)
      if (afterReturn && c !== '\n') throw refuse(line, 'a carriage return that no line feed follows')
      afterReturn = false
      if (state === 'quoted') {
        if (c === '"') state = 'closed'
        else field += c
        if (c === '\n') line++
      } else if (c === '"') {
        if (state === 'plain') throw refuse(line, 'a quote inside an unquoted field')
        if (state === 'closed') field += c
        state = 'quoted'
      } else if (c === ',') {
        fields.push(field)
        field = ''
        state = 'start'
      } else if (c === '\n') {
        const done = record()
        start = ++line
        if (done) yield done
      } else if (c === '\r') {
        afterReturn = true
      } else {
        if (state === 'closed') throw refuse(line, 'text after the closing quote of a field')
        state = 'plain'
        field += c
      }
    }
    first &&= chunk === ''
  }
  if (state === 'quoted') throw refuse(start, 'a quote that is never closed')
  const done = record()
  if (done) yield done
}

/** What stands in the columns that were asked for, in their order, and the line (1-based) the row starts on. */
export interface TableRow {
  line: number
  values: string[]
}

/**
 * The rows of a CSV file with a header. @param columns names that each column may have, in any case
 * @throws what `refuse` makes of a header that lacks a column or has it twice, of a row of another width than the header's, and
 *   as `readCsv` does
 */
export async function* readTable(
  chunks: AsyncIterable<string> | Iterable<string>,
  columns: readonly (readonly string[])[],
  refuse: RefuseLine,
): AsyncGenerator<TableRow, void, void> {
  let header: CsvRecord | undefined
  let places: number[] = []
  for await (const record of readCsv(chunks, refuse)) {
    const { line, fields } = record
    if (!header) {
      header = record
      places = columns.map((known) => placeOf(known, record, refuse))
    } else if (fields.length !== header.fields.length) {
      throw refuse(line, `${fields.length} fields, the header has ${header.fields.length}`)
    } else yield { line, values: places.map((place) => fields[place]) }
  }
}

function placeOf(known: readonly string[], { line, fields }: CsvRecord, refuse: RefuseLine): number {
  const found = fields.flatMap((field, i) => (isNamed(known, field) ? [i] : []))
  if (found.length === 0) throw refuse(line, noColumn(known, fields))
  if (found.length === 1) return found[0]
  const named = found.map((i) => fields[i]).join(', ')
  // Which one is meant is not known.
  throw refuse(line, `${found.length} columns where one of ${known.join(', ')} is read: ${named}`)
}

import { HrmError } from '../errors.ts'

/**
 * Container of docs/format.md:
 *
 * ```
 * 0        8                8 + N                                end of file
 * | N: u64 | JSON, N bytes  | tensor data, no holes, no overlaps |
 * ```
 */
export interface TensorEntry {
  readonly dtype: 'F32' | 'I8'
  readonly shape: readonly number[]
  /** First byte, counted from the start of the file. */
  readonly begin: number
  readonly end: number
}

export interface Container {
  readonly metadata: Readonly<Record<string, string>>
  readonly tensors: ReadonlyMap<string, TensorEntry>
}

/** 64 KiB holds ten times the tensors of the official model; a longer header is an accident or an attack. */
const MAX_HEADER = 64 * 1024
/** The format has nothing over two dimensions; more would only feed the product check below. */
const MAX_DIMS = 4
/** The format needs 3; what is much deeper would end the stack of some later reader of the card. */
const MAX_DEPTH = 64
const DTYPE_BYTES = { F32: 4, I8: 1 } as const
/** Said of what has nothing of the container, a text file or a page say. */
const NO_WEIGHTS = 'this is no weights file (safetensors)'
const ENTRY_KEYS = new Set(['dtype', 'shape', 'data_offsets'])

/** Checks everything about the container and copies nothing. @throws HrmError `weights_*` */
export function parseContainer(file: Uint8Array): Container {
  if (file.byteLength < 8) {
    throw new HrmError('weights_truncated', `${NO_WEIGHTS}: a file of ${file.byteLength} bytes has no header`)
  }
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const length = view.getBigUint64(0, true)
  if (length === 0n || length > BigInt(MAX_HEADER)) {
    throw new HrmError('weights_header_size', `${NO_WEIGHTS}: header length ${length} is not within 1..${MAX_HEADER}`)
  }
  const dataBegin = 8 + Number(length)
  if (dataBegin > file.byteLength) {
    throw new HrmError('weights_truncated', `header says ${length} bytes, the file ends after ${file.byteLength - 8}`)
  }
  const header = parseHeader(file.subarray(8, dataBegin))
  let metadata: Record<string, string> = {}
  const tensors = new Map<string, TensorEntry>()
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') metadata = checkMetadata(value)
    else tensors.set(name, checkEntry(name, value, dataBegin))
  }
  checkLayout(tensors, dataBegin, file.byteLength)
  return { metadata, tensors }
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let text: string
  try {
    // ignoreBOM: a byte-order mark must reach JSON.parse and be refused, not be dropped.
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new HrmError('weights_header_json', 'header is not UTF-8', { cause })
  }
  const header = parseObject(text, 'header', 'weights_header_json')
  if (!text.startsWith('{')) throw new HrmError('weights_header_json', 'header begins with white space')
  return header
}

/**
 * `JSON.parse` for objects, that also refuses a key given twice, the key `__proto__`, a number beyond a double, half a
 * surrogate pair, and nesting that never ends.
 */
export function parseObject(
  text: string,
  what: string,
  code: 'weights_header_json' | 'weights_config',
): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new HrmError(code, `${what} is not JSON: ${(cause as Error).message}`, { cause })
  }
  if (!isObject(value)) throw new HrmError(code, `${what} is not a JSON object`)
  checkStructure(text, what, code)
  return value
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Refuses valid JSON text that has a key twice in one object, the key `__proto__`, which goes missing where an object is
 * copied, a number that would be infinite, or half a surrogate pair, which Python can neither print nor write, or that is
 * nested too deep.
 */
function checkStructure(text: string, what: string, code: 'weights_header_json' | 'weights_config'): void {
  const scopes: Set<string>[] = []
  let last = ''
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}:]|-?\d[\d.eE+-]*/g)) {
    if (token === '{' || token === '[') {
      if (scopes.push(new Set()) > MAX_DEPTH) throw new HrmError(code, `${what} is nested deeper than ${MAX_DEPTH}`)
    } else if (token === '}' || token === ']') scopes.pop()
    else if (token === ':') {
      const scope = scopes[scopes.length - 1]
      if (scope.has(last)) {
        throw new HrmError('weights_duplicate_key', `${what} has the key ${JSON.stringify(last)} twice`)
      }
      if (last === '__proto__') throw new HrmError(code, `${what} has the key "__proto__"`)
      scope.add(last)
    } else if (token.startsWith('"')) {
      last = JSON.parse(token)
      if (/\p{Surrogate}/u.test(last)) throw new HrmError(code, `${what} has half a surrogate pair, which no text is`)
    } else if (!Number.isFinite(Number(token))) {
      throw new HrmError(code, `${what} has a number beyond a double: ${token.slice(0, 20)}`)
    }
  }
}

function checkMetadata(value: unknown): Record<string, string> {
  if (!isObject(value) || Object.values(value).some((v) => typeof v !== 'string')) {
    throw new HrmError('weights_header_json', '__metadata__ is not an object of strings')
  }
  return value as Record<string, string>
}

const isSize = (v: unknown): v is number => Number.isSafeInteger(v) && (v as number) >= 0

function checkEntry(name: string, value: unknown, dataBegin: number): TensorEntry {
  if (!isObject(value) || Object.keys(value).some((key) => !ENTRY_KEYS.has(key))) {
    throw new HrmError('weights_header_json', `${name} is not an object of ${[...ENTRY_KEYS].join(', ')}`)
  }
  const { dtype, shape, data_offsets: offsets } = value
  if (dtype !== 'F32' && dtype !== 'I8') {
    throw new HrmError('weights_dtype', `${name}: dtype ${JSON.stringify(dtype)} is neither F32 nor I8`)
  }
  if (!Array.isArray(shape) || shape.length > MAX_DIMS || !shape.every(isSize)) {
    throw new HrmError('weights_shape', `${name}: shape is not a list of at most ${MAX_DIMS} sizes`)
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize) || offsets[0] > offsets[1]) {
    throw new HrmError('weights_layout', `${name}: data_offsets is not [begin, end]`)
  }
  const bytes = shape.reduce((product: number, size: number) => product * size, DTYPE_BYTES[dtype])
  if (bytes !== offsets[1] - offsets[0]) {
    throw new HrmError(
      'weights_shape',
      `${name}: ${dtype} [${shape}] needs ${bytes} bytes, data_offsets give ${offsets[1] - offsets[0]}`,
    )
  }
  return { dtype, shape, begin: dataBegin + offsets[0], end: dataBegin + offsets[1] }
}

function checkLayout(tensors: Map<string, TensorEntry>, dataBegin: number, fileEnd: number): void {
  let at = dataBegin
  const inOrder = [...tensors].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end)
  for (const [name, { begin, end }] of inOrder) {
    if (begin !== at) {
      const fault = begin < at ? 'overlaps the tensor before it' : `leaves ${begin - at} bytes unused before it`
      throw new HrmError('weights_layout', `${name} ${fault}`)
    }
    at = end
  }
  if (at > fileEnd) throw new HrmError('weights_truncated', `tensors end at byte ${at}, the file at ${fileEnd}`)
  if (at < fileEnd) throw new HrmError('weights_layout', `${fileEnd - at} bytes behind the last tensor`)
}

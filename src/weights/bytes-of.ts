import { HrmError } from '../errors.ts'

/**
 * The bytes that a caller gave. Those in shared memory are copied: they may change at any time, and what hashes them
 * refuses them.
 * @throws HrmError `option_invalid` for a buffer that was transferred and so has none
 */
export function bytesOf(source: ArrayBuffer | ArrayBufferView): Uint8Array {
  try {
    if (!ArrayBuffer.isView(source)) return new Uint8Array(source)
    const bytes = new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    return isArrayBuffer(source.buffer) ? bytes : bytes.slice()
  } catch (cause) {
    throw new HrmError('option_invalid', 'the buffer of these bytes was transferred elsewhere', { cause })
  }
}

/** Bytes of any kind, also an `ArrayBuffer` of another window or of Node's `vm`, as test runners use it. */
export function isBytes(value: unknown): value is ArrayBuffer | ArrayBufferView {
  return isArrayBuffer(value) || ArrayBuffer.isView(value)
}

function isArrayBuffer(value: unknown): value is ArrayBuffer {
  return Object.prototype.toString.call(value) === '[object ArrayBuffer]'
}

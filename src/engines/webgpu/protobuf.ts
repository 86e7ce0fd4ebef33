/**
 * Writes protocol-buffer messages (wire types varint, 32-bit and length-delimited). Payloads are kept by reference
 * and joined once, so a tensor of 100 MB is copied once however deeply it is nested.
 */
export class Message {
  #parts: Uint8Array[] = []
  #size = 0

  get size(): number {
    return this.#size
  }

  #add(bytes: Uint8Array): this {
    this.#parts.push(bytes)
    this.#size += bytes.byteLength
    return this
  }

  /** `value`: a non-negative safe integer; int64 and enum fields alike. */
  int(field: number, value: number): this {
    return this.#add(varint(field * 8)).#add(varint(value))
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4)
    new DataView(bytes.buffer).setFloat32(0, value, true)
    return this.#add(varint(field * 8 + 5)).#add(bytes)
  }

  bytes(field: number, value: Uint8Array): this {
    return this.#add(varint(field * 8 + 2))
      .#add(varint(value.byteLength))
      .#add(value)
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value))
  }

  message(field: number, value: Message): this {
    this.#add(varint(field * 8 + 2)).#add(varint(value.#size))
    for (const part of value.#parts) this.#add(part)
    return this
  }

  finish(): Uint8Array {
    const out = new Uint8Array(this.#size)
    let at = 0
    for (const part of this.#parts) {
      out.set(part, at)
      at += part.byteLength
    }
    return out
  }
}

function varint(value: number): Uint8Array {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is not a non-negative safe integer`)
  const bytes: number[] = []
  for (; value >= 128; value = Math.floor(value / 128)) bytes.push((value % 128) + 128)
  bytes.push(value)
  return Uint8Array.from(bytes)
}

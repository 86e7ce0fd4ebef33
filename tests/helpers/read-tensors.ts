import { readFileSync } from 'node:fs'

/** A tensor of a golden file; safetensors dtypes F32 and I32 are all it holds. */
export interface GoldenTensor {
  readonly shape: readonly number[]
  readonly data: Float32Array | Int32Array
}

/** Reads a safetensors file that this project wrote itself: no checks beyond what reading needs. */
export function readTensors(path: string): Map<string, GoldenTensor> {
  const file = readFileSync(path)
  const length = Number(file.readBigUInt64LE(0))
  const header: Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }> = JSON.parse(
    file.toString('utf8', 8, 8 + length),
  )
  delete (header as Record<string, unknown>).__metadata__
  return new Map<string, GoldenTensor>(
    Object.entries(header).map(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [begin, end],
        },
      ]) => {
        // Copied, because a Buffer's bytes need not be aligned. Every machine that runs these tests is little-endian.
        const bytes = new Uint8Array(file.subarray(8 + length + begin, 8 + length + end)).buffer
        if (dtype === 'F32') return [name, { shape, data: new Float32Array(bytes) }]
        if (dtype === 'I32') return [name, { shape, data: new Int32Array(bytes) }]
        throw new Error(`${path}: ${name} has dtype ${dtype}`)
      },
    ),
  )
}

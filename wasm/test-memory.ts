import { readFile } from 'node:fs/promises'
import { expect } from 'vitest'
import { instantiate } from '../src/engines/wasm/kernel.ts'
import type { KernelBuild } from '../src/platform/platform.ts'

/** What wasm/assembly/test-exports.ts exports; pointers and byte counts are numbers, v128 results are none. */
export type Kernels = Record<
  | 'attendAll'
  | 'finishExp'
  | 'gemm'
  | 'injectQuantise'
  | 'quantise'
  | 'reduceBelow'
  | 'reduceMinus'
  | 'rms'
  | 'rmsQuantise'
  | 'rotateRow'
  | 'swigluQuantise'
  | 'writeHalting'
  | 'writeLogits',
  (...args: number[]) => void
> & {
  attendGroups(descriptor: number, head: number, list: number, bias: number): void
  attendLists(descriptor: number, head: number, list: number, bias: number): void
}

export const BUILDS: readonly KernelBuild[] = ['relaxed', 'simd128']

const modules = new Map<KernelBuild, WebAssembly.Module>()

/** Loads the kernels that TestMemory runs. */
export async function loadTestKernels(): Promise<void> {
  for (const build of BUILDS) {
    const file = new URL(`../dist/wasm/kernels-${build}.wasm`, import.meta.url)
    modules.set(build, await WebAssembly.compile(await readFile(file)))
  }
}

type Values = Float32Array | Int32Array | Uint8Array | Int8Array | Uint32Array

const GUARD = 64
const GUARD_BYTE = 0xa5

/**
 * Memory with kernels and, around every buffer, bytes that no kernel may touch. Where a buffer is only read, its bytes
 * are checked too.
 */
export class TestMemory {
  readonly buffer: ArrayBuffer
  readonly kernels: Kernels
  readonly #guards: number[] = []
  readonly #inputs: { at: number; bytes: Uint8Array }[] = []
  // Above the constants of the kernels.
  #top = 4096

  constructor(build: KernelBuild, pages = 64) {
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
    this.buffer = memory.buffer
    this.kernels = instantiate(modules.get(build)!, memory) as unknown as Kernels
  }

  /** Address of a new buffer of so many bytes, filled with what a kernel must not take for zeros. */
  take(bytes: number): number {
    const at = this.#top + GUARD
    const end = at + bytes
    this.#top = Math.ceil((end + GUARD) / 16) * 16
    if (this.#top > this.buffer.byteLength) throw new Error('test memory is too small')
    new Uint8Array(this.buffer, at - GUARD, this.#top - at + GUARD).fill(GUARD_BYTE)
    for (let i = at - GUARD; i < this.#top; i++) if (i < at || i >= end) this.#guards.push(i)
    return at
  }

  /** A buffer that kernels may change. */
  put(values: Values): number {
    const at = this.take(values.byteLength)
    new Uint8Array(this.buffer).set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at)
    return at
  }

  /** A buffer that kernels may only read. */
  constant(values: Values): number {
    const at = this.put(values)
    this.#inputs.push({ at, bytes: new Uint8Array(this.buffer.slice(at, at + values.byteLength)) })
    return at
  }

  floats(at: number, count: number): Float32Array {
    return new Float32Array(this.buffer.slice(at, at + 4 * count))
  }

  /** Fails where a kernel wrote outside its buffers or into its inputs. */
  check(): void {
    const bytes = new Uint8Array(this.buffer)
    expect(this.#guards.find((i) => bytes[i] !== GUARD_BYTE)).toBeUndefined()
    for (const { at, bytes: before } of this.#inputs) {
      expect(Buffer.compare(bytes.subarray(at, at + before.length), before)).toBe(0)
    }
  }
}

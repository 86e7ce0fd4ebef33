import { HrmError } from '../../errors.ts'
import type { KernelBuild } from '../../platform/platform.ts'

/** How the relaxed build multiplies: wasm/assembly/gemm.ts. */
export type Multiply = 'dot' | 'pair'

/** The compiled kernels that fit this machine. */
export interface Kernel {
  readonly build: KernelBuild
  readonly module: WebAssembly.Module
  readonly multiply: Multiply
}

export interface KernelExports {
  cycle(descriptor: number, slot: number): void
}

interface ProbeExports {
  relaxedDot(a: number, b: number, out: number): void
  relaxedPairs(a: number, b: number, out: number): void
}

/** `() => { drop(body) }` for WebAssembly.validate; workerd compiles no bytes, but it does validate them. */
const moduleAround = (...body: number[]): Uint8Array<ArrayBuffer> =>
  // biome-ignore format: one section a line
  new Uint8Array([
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    1, 4, 1, 0x60, 0, 0,
    3, 2, 1, 0,
    10, body.length + 5, 1, body.length + 3, 0, ...body, 0x1a, 0x0b,
  ])

const ZERO_VECTOR = [0x41, 0, 0xfd, 0x0f] // i32.const 0, i8x16.splat
const SIMD = moduleAround(...ZERO_VECTOR)
const RELAXED_DOT = moduleAround(...ZERO_VECTOR, ...ZERO_VECTOR, ...ZERO_VECTOR, 0xfd, 0x93, 2)

/**
 * Chooses a build and a way to multiply. The answers of a model do not depend on either.
 * @param only for tests and benchmarks: take this build, and this way to multiply
 * @throws HrmError `engine_unavailable` where there is no wasm SIMD, or not the build asked for
 */
export async function chooseKernel(
  loadKernel: (build: KernelBuild) => Promise<WebAssembly.Module>,
  only: { build?: KernelBuild; multiply?: Multiply } = {},
): Promise<Kernel> {
  if (typeof WebAssembly === 'undefined' || !WebAssembly.validate(SIMD)) {
    throw new HrmError('engine_unavailable', 'this runtime has no WebAssembly SIMD')
  }
  if (only.build !== 'simd128' && WebAssembly.validate(RELAXED_DOT)) {
    const module = await loadKernel('relaxed')
    const probe = new RelaxedProbe(module)
    // Node 20 accepts the instructions behind a flag and computes them wrong.
    if (probe.isExact()) return { build: 'relaxed', module, multiply: only.multiply ?? probe.fasterMultiply() }
  }
  if (only.build === 'relaxed') throw new HrmError('engine_unavailable', 'this runtime has no exact relaxed SIMD')
  return { build: 'simd128', module: await loadKernel('simd128'), multiply: 'dot' }
}

/** @throws what WebAssembly throws */
export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): WebAssembly.Exports {
  return new WebAssembly.Instance(module, { env: { memory } }).exports
}

/** Runs the relaxed dot products on known operands. */
export class RelaxedProbe {
  readonly #exports: ProbeExports
  readonly #a: Int8Array
  readonly #b: Int8Array
  readonly #fours: Int32Array
  readonly #pairs: Int16Array

  constructor(module: WebAssembly.Module) {
    const memory = new WebAssembly.Memory({ initial: 1 })
    this.#exports = instantiate(module, memory) as unknown as ProbeExports
    // Above the module's constants.
    this.#a = new Int8Array(memory.buffer, 4096, 16)
    this.#b = new Int8Array(memory.buffer, 4112, 16)
    this.#fours = new Int32Array(memory.buffer, 4128, 4)
    this.#pairs = new Int16Array(memory.buffer, 4144, 8)
  }

  #run(): void {
    this.#fours.fill(0)
    this.#exports.relaxedDot(4096, 4112, 4128)
    this.#exports.relaxedPairs(4096, 4112, 4144)
  }

  /** Whether both are exact for weights in -128..127 and activations in 0..127, extremes included. */
  isExact(): boolean {
    for (let round = 0; round < 64; round++) {
      for (let i = 0; i < 16; i++) {
        this.#a[i] = round < 4 ? [127, -128, 1, 0][round] : ((i * 89 + round * 31) % 256) - 128
        this.#b[i] = round < 4 ? 127 : (i * 53 + round * 29) % 128
      }
      this.#run()
      for (let pair = 0; pair < 8; pair++) {
        const exact = this.#a[2 * pair] * this.#b[2 * pair] + this.#a[2 * pair + 1] * this.#b[2 * pair + 1]
        if (this.#pairs[pair] !== exact) return false
        this.#fours[pair >> 1] -= exact
      }
      if (this.#fours.some((rest) => rest !== 0)) return false
    }
    return true
  }

  /**
   * Beyond 0..127 the result tells which instructions the dot product is made of: without VNNI, x64 adds pairs of
   * products in saturated i16. There `pair` is faster. A clock would tell too, but in workerd clocks stand still.
   */
  fasterMultiply(): Multiply {
    this.#a.fill(127)
    this.#b.fill(-1)
    this.#run()
    return this.#fours[0] === 2 * 32767 ? 'pair' : 'dot'
  }
}

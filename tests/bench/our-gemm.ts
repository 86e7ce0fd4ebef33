import { chooseKernel, instantiate, type Kernel } from '../../src/engines/wasm/kernel.ts'
import { packedBytes, packMatrix } from '../../src/engines/wasm/pack.ts'
import type { KernelBuild } from '../../src/platform/platform.ts'
import type { CreateOurGemm } from './gemm-groups.ts'

/** What wasm/assembly/test-exports.ts lets out of the release kernels. */
interface KernelExports {
  quantise(
    x: number,
    stride: number,
    bytes: number,
    tiles: number,
    inverses: number,
    packed: number,
    scales: number,
  ): void
  gemm(
    pair: number,
    packed: number,
    scales: number,
    panel: number,
    panels: number,
    steps: number,
    tiles: number,
    out: number,
    stride: number,
    add: number,
  ): void
}

/** Above the kernels' constants. */
const FIRST_BYTE = 4096
const PAGE = 65536
/** Rows that pass all weights before the next do, as in src/engines/wasm/layout.ts. */
const BLOCK_ROWS = 96

/** @param loadKernels dist/wasm/kernels-<build>.wasm */
export async function createGemmFactory(
  loadKernels: (build: KernelBuild) => Promise<WebAssembly.Module>,
): Promise<CreateOurGemm> {
  const kernel = await chooseKernel(loadKernels)
  return async (shape, weights, x) => createGemm(kernel, shape, weights, x)
}

function createGemm(
  kernel: Kernel,
  { m, k, n }: Parameters<CreateOurGemm>[0],
  weights: Parameters<CreateOurGemm>[1],
  x: Float32Array,
): Awaited<ReturnType<CreateOurGemm>> {
  const rows = Math.ceil(m / 4) * 4
  const block = Math.min(rows, BLOCK_ROWS)
  // i16 activations in the simd128 build
  const packedRow = kernel.build === 'relaxed' ? k : 2 * k
  let top = FIRST_BYTE
  const take = (bytes: number): number => {
    const at = top
    top = Math.ceil((top + bytes) / 64) * 64
    return at
  }
  const at = {
    x: take(4 * rows * k),
    y: take(4 * rows * n),
    weights: take(packedBytes(n, k)),
    packed: take(block * packedRow),
    scales: take(4 * block),
    inverses: take(4 * block),
  }
  const pages = Math.ceil(top / PAGE)
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
  const { quantise, gemm } = instantiate(kernel.module, memory) as unknown as KernelExports
  new Float32Array(memory.buffer, at.x).set(x)
  packMatrix(weights, n, (column) => column, kernel.build, memory.buffer, at.weights)
  const pair = kernel.multiply === 'pair' ? 1 : 0

  return {
    run() {
      for (let row = 0; row < rows; row += block) {
        const count = Math.min(block, rows - row)
        const tiles = count / 4
        quantise(at.x + 4 * row * k, 4 * k, 4 * k, tiles, at.inverses, at.packed, at.scales)
        gemm(pair, at.packed, at.scales, at.weights, n / 8, k / 4, tiles, at.y + 4 * row * n, 4 * n, 0)
      }
    },
    y: () => new Float32Array(memory.buffer, at.y, m * n),
  }
}

import { platform } from '#platform'
import { abortError } from '../on-abort.ts'
import type { KernelBuild, ReadOptions } from '../platform/platform.ts'
import { checkSources } from './check-sources.ts'
import { kernelFailure } from './kernel-failure.ts'

/**
 * One build of the kernels: a URL (in Node a path too), the bytes of the file, or the compiled `WebAssembly.Module`.
 * The module goes by its tag here: a project for Node alone has no types of `WebAssembly`.
 *
 * @example
 * const source: KernelSource = new URL('/assets/relaxed.wasm', location.href)
 */
export type KernelSource =
  | string
  | URL
  | ArrayBuffer
  | Uint8Array
  | { readonly [Symbol.toStringTag]?: 'WebAssembly.Module' }

/**
 * Kernels from somewhere else than beside the package's own scripts. Only the build that fits the machine is read; one
 * that is not named comes from where the package keeps it.
 *
 * @example
 * // esbuild with --loader:.wasm=file
 * import relaxed from 'hrm-edge/wasm/relaxed.wasm'
 * import simd128 from 'hrm-edge/wasm/simd128.wasm'
 * const solver = await createSolver({ kernels: { relaxed, simd128 } })
 */
export interface KernelSources {
  /** `hrm-edge/wasm/relaxed.wasm`: for runtimes with relaxed SIMD, which most have. */
  relaxed?: KernelSource | undefined
  /** `hrm-edge/wasm/simd128.wasm`: for all others. */
  simd128?: KernelSource | undefined
}

/** Files of kernels. */
export type ReadKernels = { [build in KernelBuild]?: Uint8Array }

/**
 * Reads kernels from `sources` first.
 * @param signal stops the downloads
 * @param read is given the files that are read
 * @throws HrmError `option_invalid`; the loader `engine_fetch` for a file that cannot be read or is no kernel, `aborted`
 */
export function createKernelLoader(
  sources: KernelSources = {},
  signal?: AbortSignal,
  read?: ReadKernels,
): (build: KernelBuild) => Promise<WebAssembly.Module> {
  checkSources(sources)
  return async (build) => {
    const onRead = read && ((bytes: Uint8Array) => (read[build] = bytes))
    try {
      // Its bytes are to be had where files have an address alone.
      const source = sources[build] ?? (read && platform.kernelUrl(build))
      return checkModule(
        build,
        await (source === undefined ? platform.loadKernel(build, { signal }) : compile(source, { signal }, onRead)),
      )
    } catch (cause) {
      throw signal?.aborted ? abortError(signal, 'loading the kernels') : kernelFailure(build, cause)
    }
  }
}

async function compile(
  source: KernelSource,
  options: ReadOptions,
  onRead?: (bytes: Uint8Array) => void,
): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source
  if (typeof source !== 'string' && !(source instanceof URL)) return WebAssembly.compile(source as BufferSource)
  const bytes = await platform.read(platform.resolve(String(source)), options)
  onRead?.(bytes)
  return WebAssembly.compile(bytes as BufferSource)
}

/** The other build has cycles too, but reads weights that are packed another way. */
function checkModule(build: KernelBuild, module: WebAssembly.Module): WebAssembly.Module {
  const names = WebAssembly.Module.exports(module).map(({ name }) => name)
  if (names.includes('cycle') && names.includes('relaxedDot') === (build === 'relaxed')) return module
  throw new TypeError('the module is not that build')
}

declare module '*/wasm/build.mjs' {
  /** Writes dist/wasm/kernels-relaxed.wasm and dist/wasm/kernels-simd128.wasm. */
  export function buildTestWasm(): Promise<void>
}

/** Writes dist/wasm/relaxed.wasm and dist/wasm/simd128.wasm. */
export function buildWasm(): Promise<void>
/** Writes dist/wasm/kernels-relaxed.wasm and dist/wasm/kernels-simd128.wasm, for tests, the profile and the benchmark. */
export function buildTestWasm(): Promise<void>

// How wrangler hands over the files it bundles (rules in wrangler.toml).
declare module '*.wasm' {
  const module: WebAssembly.Module
  export default module
}
declare module '*.safetensors' {
  const bytes: ArrayBuffer
  export default bytes
}

import { spawn } from 'node:child_process'
import { copyFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import type { Bench } from '../bench.ts'
import type { RemoteBench } from '../drive.ts'
import { BUNDLES, bundle, ROOT, type Runtime } from './runtime.ts'

// CommonJS whose `default` is its executable's path.
const workerd = createRequire(import.meta.url)('workerd') as { default: string; version: string }
const ORT = `${ROOT}node_modules/onnxruntime-web/dist`

/** Module names are paths from dist/bench/, as the bundle imports them. */
const CONFIG = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .bench)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);
const bench :Workerd.Worker = (
  compatibilityDate = "2026-11-01",
  modules = [
    (name = "dist/bench/workerd-entry.js", esModule = embed "workerd-entry.js"),
    (name = "dist/bench/ort.mjs", esModule = embed "ort.mjs"),
    (name = "dist/bench/ort.wasm", wasm = embed "ort.wasm"),
    (name = "dist/wasm/relaxed.wasm", wasm = embed "../wasm/relaxed.wasm"),
    (name = "dist/wasm/simd128.wasm", wasm = embed "../wasm/simd128.wasm"),
    (name = "dist/wasm/kernels-relaxed.wasm", wasm = embed "../wasm/kernels-relaxed.wasm"),
    (name = "dist/wasm/kernels-simd128.wasm", wasm = embed "../wasm/kernels-simd128.wasm"),
    (name = "model/weights/maze.safetensors", data = embed "../../model/weights/maze.safetensors"),
    (name = "model/weights/sudoku.safetensors", data = embed "../../model/weights/sudoku.safetensors"),
  ]
);
`

/** workerd itself, without wrangler around it. */
export async function startWorkerd(): Promise<Runtime> {
  await bundle('workerd-entry', 'workerd', ['*.wasm', '*.safetensors', './ort.mjs'])
  await copyFile(`${ORT}/ort.wasm.bundle.min.mjs`, `${BUNDLES}/ort.mjs`)
  await copyFile(`${ORT}/ort-wasm-simd-threaded.wasm`, `${BUNDLES}/ort.wasm`)
  await writeFile(`${BUNDLES}/workerd.capnp`, CONFIG)
  const child = spawn(workerd.default, ['serve', `${BUNDLES}/workerd.capnp`, '--control-fd=3'], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  })
  const ended = new Promise<never>((_, reject) =>
    child.once('exit', (code) => reject(new Error(`workerd ended with code ${code}`))),
  )
  ended.catch(() => {})
  const port = await Promise.race([portOf(child.stdio[3] as NodeJS.ReadableStream), ended])

  const call =
    <K extends keyof Bench>(method: K) =>
    async (...args: Parameters<Bench[K]>): Promise<Awaited<ReturnType<Bench[K]>>> => {
      const request = fetch(`http://127.0.0.1:${port}/${method}`, { method: 'POST', body: JSON.stringify(args) })
      const { result, error } = await (await Promise.race([request, ended])).json()
      if (error) throw new Error(`workerd: ${error}`)
      return result
    }
  // A Worker's clock stands still while it computes, so time is taken here, the request with it.
  const timed = async (work: Promise<unknown>) => {
    const start = performance.now()
    await work
    return performance.now() - start
  }
  const [time, solve] = [call('time'), call('solve')]
  const bench: RemoteBench = {
    describe: call('describe'),
    open: call('open'),
    time: (...args) => timed(time(...args)),
    close: call('close'),
    solve: (...args) => timed(solve(...args)),
  }
  return {
    name: `workerd ${workerd.version}`,
    bench,
    async stop() {
      child.kill()
    },
  }
}

async function portOf(control: NodeJS.ReadableStream): Promise<number> {
  for await (const line of createInterface({ input: control })) {
    const { event, port } = JSON.parse(line) as { event: string; port: number }
    if (event === 'listen') return port
  }
  throw new Error('workerd did not say its port')
}

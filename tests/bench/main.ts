// `npm run bench`: our engine and onnxruntime-web, same model, same run, one thread each. See docs/bench.md.
import { parseArgs } from 'node:util'
import { describeMachine } from '../../src/cli/bench/machine.ts'
import { describeBench } from '../../src/cli/bench/table.ts'
import { buildTestWasm } from '../../wasm/build.mjs'
import { drive } from './drive.ts'
import type { Runtime } from './runtimes/runtime.ts'

const USAGE = 'usage: npm run bench -- [--json] [--runtime node|native|workerd|chromium]'

const RUNTIMES: Record<string, () => Promise<Runtime>> = {
  node: async () => (await import('./runtimes/node.ts')).startNode(),
  native: async () => (await import('./runtimes/node.ts')).startNative(),
  workerd: async () => (await import('./runtimes/workerd.ts')).startWorkerd(),
  chromium: async () => (await import('./runtimes/chromium.ts')).startChromium(),
}

function readArguments(): { json: boolean; start: () => Promise<Runtime> } {
  try {
    const { values } = parseArgs({
      options: { json: { type: 'boolean', default: false }, runtime: { type: 'string', default: 'node' } },
    })
    if (!Object.hasOwn(RUNTIMES, values.runtime)) throw new Error(`no runtime ${values.runtime}`)
    return { json: values.json, start: RUNTIMES[values.runtime] }
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`)
    process.exit(2)
  }
}

const { json, start } = readArguments()
await buildTestWasm()
const runtime = await start()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    await runtime.stop()
    process.exit(2)
  })
}
try {
  const log = (message: string) => console.error(`bench: ${message}`)
  const report = await drive(runtime.bench, runtime.name, describeMachine(), log)
  if (json) console.log(JSON.stringify(report))
  else console.log(describeBench(report))
} finally {
  await runtime.stop()
}

// Where the time of an ACT step goes: every kernel timed by itself on the shapes of a model and as often as a step calls
// it, beside the whole step.
//
//   node wasm/build.mjs && node wasm/profile.ts [--json] [--weights F | --official] [--runs N]
//                                               [--build relaxed|simd128] [--multiply dot|pair]
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { chooseKernel, instantiate, type Multiply } from '../src/engines/wasm/kernel.ts'
import { planMemory } from '../src/engines/wasm/layout.ts'
import { writeModel } from '../src/engines/wasm/load.ts'
import type { KernelBuild } from '../src/platform/platform.ts'
import { buildGeometry, trainedShape } from '../src/tasks/lists.ts'
import { readModel } from '../src/weights/read-model.ts'
import { OFFICIAL_CONFIG, randomModel } from '../tests/bench/random-model.ts'
import { LAYER_BYTES } from './assembly/descriptor.ts'

const { values: args } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    weights: { type: 'string', default: 'model/weights/sudoku.safetensors' },
    build: { type: 'string' },
    multiply: { type: 'string' },
    runs: { type: 'string', default: '100' },
    official: { type: 'boolean', default: false },
  },
})

const root = new URL('..', import.meta.url)
const compile = async (build: string) => WebAssembly.compile(await readFile(new URL(`dist/wasm/${build}.wasm`, root)))
const model = args.official ? randomModel(OFFICIAL_CONFIG) : readModel(new Uint8Array(await readFile(args.weights)))
const geometry = buildGeometry(model.config, trainedShape(model.config))
const kernel = await chooseKernel(compile, { build: args.build as KernelBuild, multiply: args.multiply as Multiply })
const layout = planMemory(model, geometry, 1, kernel.build)
const memory = new WebAssembly.Memory({ initial: layout.pages })
type Kernels = Record<string, (...args: number[]) => void>
const kernels = instantiate(await compile(`kernels-${kernel.build}`), memory) as Kernels
const pairs = kernel.multiply === 'pair'
writeModel(memory.buffer, model, layout, kernel.build, pairs)

const { config } = model
const { rows, blockRows, hiddenColumns, qkvColumns, interColumns, descriptor: d } = layout
const hidden = config.hidden_size
const inter = config.intermediate_size
const levels = [
  { layers: layout.H, records: layout.hRecords, passes: config.H_cycles },
  { layers: layout.L, records: layout.lRecords, passes: config.H_cycles * config.L_cycles },
]
const layerPasses = levels.reduce((n, { layers, passes }) => n + layers.length * passes, 0)
const modulePasses = levels.reduce((n, { passes }) => n + passes, 0)

// A state as it is in the middle of a solve: random, of unit size.
const state = new Float32Array(memory.buffer, layout.slots, 3 * rows * hiddenColumns)
let seed = 1
for (let i = 0; i < state.length; i++) {
  seed = (Math.imul(seed, 1103515245) + 12345) | 0
  state[i] = (seed >>> 16) / 32768 - 1
}
const slot = layout.slots
const zL = slot + layout.inSlot.zL

const blocks = (f: (row: number, count: number) => void) => {
  for (let row = 0; row < rows; row += blockRows) f(row, Math.min(blockRows, rows - row))
}
/** As often as a step does it, for every layer in turn. */
const everyLayer = (f: (plan: (typeof layout.H)[number]) => void) => {
  for (const { layers, passes } of levels) for (let p = 0; p < passes; p++) layers.forEach(f)
}
const multiply = (
  panel: number,
  columns: number,
  k: number,
  out: number,
  outStride: number,
  inBlock: boolean,
  add: number,
) =>
  blocks((row, count) =>
    kernels.gemm(
      +pairs,
      layout.packed,
      layout.rowScales,
      panel,
      columns / 8,
      k / 4,
      count / 4,
      out + (inBlock ? 0 : row * outStride),
      outStride,
      add,
    ),
  )

// SwiGLU works in place, and on its own output it would soon compute with denormals: it gets a fresh input every time,
// and the time of copying that is taken off again.
const gateUp = new Float32Array(memory.buffer, layout.gateUp, blockRows * 2 * interColumns)
const fresh = Float32Array.from(gateUp, (_, i) => state[i % state.length])
const refresh = () => everyLayer(() => blocks(() => gateUp.set(fresh)))

const parts: Record<string, () => void> = {
  'gemm qkv': () => everyLayer((l) => multiply(l.qkv, qkvColumns, hidden, layout.qkv, 4 * qkvColumns, false, 0)),
  'gemm o': () => everyLayer((l) => multiply(l.o, hiddenColumns, hidden, zL, 4 * hiddenColumns, false, 1)),
  'gemm gate|up': () =>
    everyLayer((l) => multiply(l.gateUp, 2 * interColumns, hidden, layout.gateUp, 8 * interColumns, true, 0)),
  'gemm down': () => everyLayer((l) => multiply(l.down, hiddenColumns, inter, zL, 4 * hiddenColumns, false, 1)),
  attention: () => {
    for (const { layers, records, passes } of levels) {
      for (let p = 0; p < passes; p++) {
        for (let i = 0; i < layers.length; i++) kernels.attend(d, records + i * LAYER_BYTES)
      }
    }
  },
  ...(model.rope && {
    RoPE: () =>
      everyLayer(() => {
        const dimBytes = (4 * hidden) / config.num_heads
        for (let t = 0; t < layout.tokens; t++) {
          const at = t * dimBytes
          const row = layout.qkv + 4 * qkvColumns * t
          kernels.rotateRow(row, 2 * config.num_heads, dimBytes, layout.ropeCos + at, layout.ropeSin + at)
        }
      }),
  }),
  'swiglu, quantise': () =>
    everyLayer(() =>
      blocks((_, count) => {
        gateUp.set(fresh)
        kernels.swigluQuantise(
          layout.gateUp,
          8 * interColumns,
          4 * inter,
          count / 4,
          layout.scratch,
          layout.factors,
          layout.packed,
          layout.rowScales,
        )
      }),
    ),
  'quantise attention': () =>
    everyLayer(() =>
      blocks((row, count) =>
        kernels.quantise(
          layout.qkv + 4 * qkvColumns * row,
          4 * qkvColumns,
          4 * hidden,
          count / 4,
          layout.factors,
          layout.packed,
          layout.rowScales,
        ),
      ),
    ),
  'rms, quantise (2x)': () =>
    everyLayer(() => {
      for (let i = 0; i < 2; i++) {
        blocks((row, count) =>
          kernels.rmsQuantise(
            zL + 4 * hiddenColumns * row,
            4 * hiddenColumns,
            4 * hidden,
            config.rms_norm_eps,
            count / 4,
            layout.factors,
            layout.packed,
            layout.rowScales,
          ),
        )
      }
    }),
  'inject, quantise': () => {
    for (let p = 0; p < modulePasses; p++) {
      blocks((row, count) => {
        const at = 4 * hiddenColumns * row
        kernels.injectQuantise(
          zL + at,
          slot + at,
          slot + layout.inSlot.x + at,
          4 * hiddenColumns,
          4 * hidden,
          count / 4,
          layout.factors,
          layout.packed,
          layout.rowScales,
        )
      })
    }
  },
  heads: () => {
    for (let h = 0; h < config.H_cycles; h++) {
      kernels.writeLogits(d, slot, slot + layout.inSlot.logits)
      kernels.writeHalting(d, slot, slot + layout.inSlot.q)
    }
  },
}
const step = () => {
  for (let h = 0; h < config.H_cycles; h++) kernels.cycle(d, slot)
}

function time(f: () => void, runs: number): { min: number; median: number } {
  const times = Array.from({ length: runs }, () => {
    const start = performance.now()
    f()
    return performance.now() - start
  }).sort((a, b) => a - b)
  return { min: times[0], median: times[times.length >> 1] }
}

// Until V8's optimising compiler has done every kernel.
for (let i = 0; i < 30; i++) step()
for (const part of [refresh, ...Object.values(parts)]) time(part, 5)
await new Promise((resolve) => setTimeout(resolve, 500))

const runs = Number(args.runs)
const total = time(step, runs)
const copying = time(refresh, runs)
const rowsOut = Object.entries(parts).map(([part, f]) => {
  const { min, median } = time(f, runs)
  const off = part.startsWith('swiglu') ? copying : { min: 0, median: 0 }
  return { part, min: min - off.min, median: median - off.median }
})
const tokenLayers = layerPasses * layout.tokens
const macs = hidden * (3 * hidden + hidden) + 3 * hidden * inter
const gemmMs = rowsOut.filter(({ part }) => part.startsWith('gemm')).reduce((ms, { min }) => ms + min, 0)
const result = {
  build: kernel.build,
  multiply: kernel.multiply,
  tokens: layout.tokens,
  layerPasses,
  blockRows,
  step: total,
  nsPerTokenLayer: (total.min * 1e6) / tokenLayers,
  gemmGops: (2 * macs * tokenLayers) / gemmMs / 1e6,
  parts: rowsOut,
}
if (args.json) console.log(JSON.stringify(result, null, 2))
else {
  console.log(
    `${kernel.build} (${kernel.multiply}), ${layout.tokens} tokens, ${layerPasses} layer passes, blocks of ${blockRows} rows`,
  )
  const row = (name: string, { min, median }: { min: number; median: number }) =>
    console.log(
      `${name.padEnd(22)}${min.toFixed(3).padStart(9)} ms${median.toFixed(3).padStart(9)} ms${((100 * min) / total.min).toFixed(1).padStart(7)} %`,
    )
  console.log(`${''.padEnd(22)}${'min'.padStart(9)}   ${'median'.padStart(9)}`)
  for (const { part, ...times } of rowsOut) row(part, times)
  row('sum of parts', {
    min: rowsOut.reduce((n, r) => n + r.min, 0),
    median: rowsOut.reduce((n, r) => n + r.median, 0),
  })
  row('step', total)
  console.log(`${result.nsPerTokenLayer.toFixed(0)} ns per token-layer, matrices at ${result.gemmGops.toFixed(1)} GOPS`)
}

import type * as Ort from 'onnxruntime-web'
import { HrmError } from '../../errors.ts'
import { checkGeometry, checkSlot, checkStep, checkTokens } from '../checks.ts'
import type { Engine, EngineOptions } from '../engine.ts'
import { createCarryStore } from './carry-store.ts'
import { joinCalls } from './join-calls.ts'
import type { GpuRuntime } from './runtime.ts'
import { stepGraph } from './step-graph.ts'

/**
 * Runs ACT steps in ONNX Runtime's WebGPU provider. The carry stays on the GPU: a step uploads tokens and brings back
 * logits and halting values. The session is made in the background; the first step waits for it.
 * @throws HrmError `task_mismatch`
 */
export function createWebGpuEngine({ model, geometry, slots: count }: EngineOptions, runtime: GpuRuntime): Engine {
  checkGeometry(model, geometry)
  const { ort, device, exclusive, release } = runtime
  const { config } = model
  const { tokens } = geometry
  const n = config.puzzle_emb_len + tokens
  const d = config.hidden_size
  const carrySize = 2 * n * d
  const chunk = Math.min(count, boardsPerRun(device, { model, geometry }))
  const store = createCarryStore({
    device,
    slots: count,
    chunk,
    rowFloats: n * d,
    hInit: model.hInit,
    lInit: model.lInit,
  })
  const boards = Array.from({ length: count }, () => ({
    tokens: new Int32Array(tokens),
    puzzle: 0,
    logits: new Float32Array(tokens * config.output_size),
    q: new Array<number>(config.q_outputs).fill(0),
  }))
  /** The session as soon as there is one, whether the device failed meanwhile or not. */
  let made: Ort.InferenceSession | undefined
  const session = exclusive(async () => {
    made = await ort.InferenceSession.create(stepGraph({ model, geometry }), sessionOptions(device))
    return made
  })
  // Whoever steps is told.
  session.catch(() => {})

  let disposed = false
  const refuseDisposed = (): void => {
    if (disposed) throw new HrmError('disposed', 'the engine was disposed')
  }
  const at = (slot: number) => {
    refuseDisposed()
    checkSlot(slot, count)
    return boards[slot]
  }

  /** One run of slots of one slab, ascending. */
  const runSlots = async (running: Ort.InferenceSession, slots: readonly number[]): Promise<void> => {
    refuseDisposed()
    const batch = slots.length
    const input = new Int32Array(batch * tokens)
    slots.forEach((slot, i) => {
      input.set(boards[slot].tokens, i * tokens)
    })
    const { zH, zL } = store.gather(slots)
    store.flush()
    const state = (buffer: GPUBuffer) => ort.Tensor.fromGpuBuffer(buffer, { dataType: 'float32', dims: [batch, n, d] })
    const feeds: Record<string, Ort.Tensor> = {
      tokens: new ort.Tensor('int32', input, [batch, tokens]),
      z_H: state(zH),
      z_L: state(zL),
    }
    if (config.puzzle_emb_len > 0) {
      feeds.puzzle = new ort.Tensor(
        'int32',
        Int32Array.from(slots, (slot) => boards[slot].puzzle),
        [batch],
      )
    }
    const { z_H_out, z_L_out, logits, q } = await running.run(feeds)
    if (!disposed) {
      store.scatter(slots, z_H_out.gpuBuffer as GPUBuffer, z_L_out.gpuBuffer as GPUBuffer)
      // Before ONNX Runtime reuses the buffers for its next run.
      store.flush()
    }
    z_H_out.dispose()
    z_L_out.dispose()
    slots.forEach((slot, i) => {
      const board = boards[slot]
      const width = board.logits.length
      board.logits.set((logits.data as Float32Array).subarray(i * width, (i + 1) * width))
      board.q = Array.from((q.data as Float32Array).subarray(i * config.q_outputs, (i + 1) * config.q_outputs))
    })
  }

  const together = joinCalls(async (slots) => {
    const running = await session
    const ascending = [...slots].sort((a, b) => a - b)
    for (let from = 0, to = 0; from < ascending.length; from = to) {
      const slab = Math.floor(ascending[from] / chunk)
      while (to < ascending.length && Math.floor(ascending[to] / chunk) === slab) to++
      const group = ascending.slice(from, to)
      await exclusive(() => runSlots(running, group))
    }
  })

  return {
    backend: 'webgpu',
    build: runtime.adapter,
    slots: count,
    tokens,
    outputSize: config.output_size,
    carrySize,
    start(slot, input, carry, puzzle = 0) {
      const board = at(slot)
      const floats = carry instanceof Float32Array ? carry : undefined
      checkTokens(model, geometry, input, floats, carrySize, puzzle)
      if (carry === undefined || carry instanceof Float32Array) {
        store.releaseAll(slot)
        store.write(slot, carry ?? 'initial')
      } else if (store.isOurs(carry)) store.write(slot, carry)
      else throw new HrmError('option_invalid', 'the carry was released, or saved by another engine')
      board.tokens.set(input)
      board.puzzle = puzzle
    },
    setTokens(slot, input) {
      const board = at(slot)
      checkTokens(model, geometry, input, undefined, 0, board.puzzle)
      board.tokens.set(input)
    },
    saveCarry(slot) {
      at(slot)
      return store.save(slot)
    },
    releaseCarry(carry) {
      if (!(carry instanceof Float32Array) && store.isOurs(carry)) store.release(carry)
    },
    async readCarry(slot) {
      at(slot)
      return store.read(slot)
    },
    async step(slots) {
      refuseDisposed()
      checkStep(slots, count)
      if (slots.length > 0) await together(slots)
    },
    logits: (slot) => at(slot).logits,
    q: (slot) => at(slot).q,
    dispose() {
      if (disposed) return
      disposed = true
      // In turn: a run may be using them.
      release(async () => {
        store.dispose()
        await made?.release()
      })
    },
  }
}

/** Of every session: carries stay on the GPU, and so does all that is computed. */
export function sessionOptions(device: GPUDevice): Ort.InferenceSession.SessionOptions {
  return {
    executionProviders: [{ name: 'webgpu', device }],
    preferredOutputLocation: { z_H_out: 'gpu-buffer', z_L_out: 'gpu-buffer', logits: 'cpu', q: 'cpu' },
    logSeverityLevel: 3,
    // Refuses a graph with an operator that has no GPU kernel, rather than copying the carry to and fro.
    extra: { session: { disable_cpu_ep_fallback: '1' } },
  }
}

/** Boards of one run, so that every tensor of it can be bound; 1 where not even one board fits, and the run will say so. */
function boardsPerRun({ limits }: GPUDevice, { model: { config }, geometry }: Omit<EngineOptions, 'slots'>): number {
  const n = config.puzzle_emb_len + geometry.tokens
  const { hidden_size: d, intermediate_size, num_heads } = config
  const widest = Math.max(3 * d, 2 * intermediate_size)
  const attended =
    config.attention === 'full'
      ? num_heads * n
      : Math.max(...geometry.tables.map(({ width }) => width)) * Math.max(num_heads, d)
  const floats = n * Math.max(widest, attended)
  const bytes = Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize)
  return Math.max(1, Math.floor(bytes / (4 * floats)))
}

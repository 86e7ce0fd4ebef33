import { HrmError } from '../../errors.ts'
import type { KernelBuild } from '../../platform/platform.ts'
import { checkGeometry, checkSlot, checkStep, checkTokens, floatsOf } from '../checks.ts'
import type { Engine, EngineOptions } from '../engine.ts'
import { createInputWriter } from './input.ts'
import { chooseKernel, instantiate, type Kernel, type KernelExports, type Multiply } from './kernel.ts'
import { planMemory } from './layout.ts'
import { writeModel } from './load.ts'

/**
 * Chooses the kernels for this machine once, for any number of engines.
 * @param only for tests and benchmarks: take this build, and this way to multiply
 * @throws HrmError `engine_unavailable`
 */
export async function createWasmEngineFactory(
  loadKernel: (build: KernelBuild) => Promise<WebAssembly.Module>,
  only?: { build?: KernelBuild; multiply?: Multiply },
): Promise<(options: EngineOptions) => Engine> {
  const kernel = await chooseKernel(loadKernel, only)
  return (options) => createWasmEngine(options, kernel)
}

/** @throws HrmError `engine_unavailable`, `task_mismatch` */
export function createWasmEngine({ model, geometry, slots: count }: EngineOptions, kernel: Kernel): Engine {
  checkGeometry(model, geometry)
  const { config } = model
  const hidden = config.hidden_size
  // The lists apart: nothing below holds on to their copies once they are in the memory.
  const { lists, ...layout } = planMemory(model, geometry, count, kernel.build)
  const { tokens: all, hiddenColumns, inSlot } = layout
  const carrySize = 2 * all * hidden
  const writeInput = createInputWriter(model, hiddenColumns)
  const puzzles = new Int32Array(count)

  let memory: ArrayBuffer
  let kernels: KernelExports
  try {
    const wasmMemory = new WebAssembly.Memory({ initial: layout.pages, maximum: layout.pages })
    memory = wasmMemory.buffer
    kernels = instantiate(kernel.module, wasmMemory) as unknown as KernelExports
  } catch (cause) {
    throw new HrmError('engine_unavailable', `no memory of ${layout.pages} wasm pages: ${(cause as Error).message}`, {
      cause,
    })
  }
  writeModel(memory, model, { ...layout, lists }, kernel.build, kernel.multiply === 'pair')

  let state: 'ready' | 'broken' | 'disposed' = 'ready'
  const check = (): void => {
    if (state === 'disposed') throw new HrmError('disposed', 'the engine was disposed')
    if (state === 'broken') throw new HrmError('engine_failed', 'the engine trapped before and has to be made anew')
  }
  const inside = (slot: number, offset: number, floats: number): Float32Array => {
    check()
    checkSlot(slot, count)
    return new Float32Array(memory, layout.slots + slot * layout.slotBytes + offset, floats)
  }
  const rowsAt = (slot: number, offset: number) => inside(slot, offset, all * hiddenColumns)
  /** Copies rows of `hidden` floats between strides. */
  const copyRows = (from: Float32Array, fromStride: number, to: Float32Array, toStride: number): void => {
    if (fromStride === toStride) to.set(from)
    else for (let t = 0; t < all; t++) to.set(from.subarray(t * fromStride, t * fromStride + hidden), t * toStride)
  }
  const fillRows = (row: Float32Array, to: Float32Array): void => {
    for (let t = 0; t < all; t++) to.set(row, t * hiddenColumns)
  }

  const runCycle = (slot: number): void => {
    try {
      kernels.cycle(layout.descriptor, layout.slots + slot * layout.slotBytes)
    } catch (cause) {
      state = 'broken'
      throw new HrmError('engine_failed', `the kernels trapped: ${(cause as Error).message}`, { cause })
    }
  }

  // Carries that were released are written again: garbage of megabytes would pile up faster than it is collected.
  const saved = new WeakSet<Float32Array>()
  const spare: Float32Array[] = []

  const readCarry = (slot: number, carry: Float32Array = new Float32Array(carrySize)): Float32Array => {
    copyRows(rowsAt(slot, 0), hiddenColumns, carry.subarray(0, all * hidden), hidden)
    copyRows(rowsAt(slot, inSlot.zL), hiddenColumns, carry.subarray(all * hidden), hidden)
    return carry
  }

  return {
    backend: 'wasm',
    build: kernel.build,
    slots: count,
    tokens: geometry.tokens,
    outputSize: config.output_size,
    carrySize,
    start(slot, tokens, from, puzzle = 0) {
      const zH = rowsAt(slot, 0)
      const zL = rowsAt(slot, inSlot.zL)
      const carry = floatsOf(from)
      checkTokens(model, geometry, tokens, carry, carrySize, puzzle)
      puzzles[slot] = puzzle
      writeInput(tokens, puzzle, rowsAt(slot, inSlot.x))
      if (carry) {
        copyRows(carry.subarray(0, all * hidden), hidden, zH, hiddenColumns)
        copyRows(carry.subarray(all * hidden), hidden, zL, hiddenColumns)
      } else {
        fillRows(model.hInit, zH)
        fillRows(model.lInit, zL)
      }
    },
    setTokens(slot, tokens) {
      const x = rowsAt(slot, inSlot.x)
      checkTokens(model, geometry, tokens, undefined, 0, puzzles[slot])
      writeInput(tokens, puzzles[slot], x)
    },
    saveCarry(slot) {
      const carry = readCarry(slot, spare.pop())
      saved.add(carry)
      return carry
    },
    releaseCarry(carry) {
      if (!(carry instanceof Float32Array) || !saved.delete(carry)) return
      if (state === 'ready' && spare.length < count) spare.push(carry)
    },
    readCarry: (slot) => readCarry(slot),
    step(slots, finished) {
      check()
      checkStep(slots, count)
      for (const slot of slots) {
        runCycle(slot)
        for (let h = 1; h < config.H_cycles && !finished?.(slot); h++) runCycle(slot)
      }
    },
    logits: (slot) => inside(slot, inSlot.logits, geometry.tokens * config.output_size),
    q: (slot) => Array.from(inside(slot, inSlot.q, config.q_outputs)),
    dispose() {
      state = 'disposed'
      // Lets go of the memory even while someone still holds the engine: of all that refers to it.
      memory = new ArrayBuffer(0)
      spare.length = 0
      kernels = undefined as never
    },
  }
}

import type { KeptCarry } from '../engine.ts'

// GPUBufferUsage and GPUMapMode of the WebGPU specification; Node has no such globals.
const MAP_READ = 0x1
const COPY_SRC = 0x4
const COPY_DST = 0x8
const STORAGE = 0x80

/** A carry on the GPU, apart from any slot. */
export interface SavedRow extends KeptCarry {
  readonly buffer: GPUBuffer
  /** The slot whose next fresh start releases it. */
  readonly slot: number
}

/**
 * The carries of an engine's slots, on the GPU:
 *
 *     slab 0   z_H [chunk][row]   z_L [chunk][row]      slots 0 .. chunk - 1
 *     slab 1   ...                                      slots chunk .. 2 * chunk - 1
 *     input    z_H [chunk][row]   z_L [chunk][row]      the rows of one run side by side
 *     saved    z_H [row] z_L [row]                      one buffer a carry, kept for the next when released
 *
 * All work is queued in the order of the calls; nothing waits for the GPU but `read`.
 */
export interface CarryStore {
  /** Puts the initial states, floats or a saved row into a slot. */
  write(slot: number, from: 'initial' | Float32Array | SavedRow): void
  save(slot: number): SavedRow
  isOurs(carry: KeptCarry): carry is SavedRow
  release(row: SavedRow): void
  /** Releases what was saved of a slot. */
  releaseAll(slot: number): void
  /** Copies the rows of these slots, ascending and of one slab, side by side. */
  gather(slots: readonly number[]): { zH: GPUBuffer; zL: GPUBuffer }
  /** Copies them back from a run's outputs. */
  scatter(slots: readonly number[], zH: GPUBuffer, zL: GPUBuffer): void
  read(slot: number): Promise<Float32Array>
  /** Hands all queued work to the device. */
  flush(): void
  dispose(): void
}

export interface CarryStoreOptions {
  device: GPUDevice
  slots: number
  /** Slots of a slab. */
  chunk: number
  /** Floats of one state of one board. */
  rowFloats: number
  /** One token's initial states. */
  hInit: Float32Array
  lInit: Float32Array
}

export function createCarryStore({ device, slots, chunk, rowFloats, hInit, lInit }: CarryStoreOptions): CarryStore {
  const row = rowFloats * 4
  const usage = STORAGE | COPY_SRC | COPY_DST
  const buffers = new Set<GPUBuffer>()
  const make = (size: number): GPUBuffer => {
    const buffer = device.createBuffer({ size, usage })
    buffers.add(buffer)
    return buffer
  }
  const pair = (rows: number) => ({ zH: make(rows * row), zL: make(rows * row) })
  const slabs = Array.from({ length: Math.ceil(slots / chunk) }, () => pair(Math.min(chunk, slots)))
  const input = pair(Math.min(chunk, slots))
  const mark = Symbol('a carry of this engine')
  const saved = Array.from({ length: slots }, () => new Set<SavedRow>())
  const free: GPUBuffer[] = []

  let encoder: GPUCommandEncoder | undefined
  const copy = (from: GPUBuffer, fromRow: number, to: GPUBuffer, toRow: number, rows = 1): void => {
    encoder ??= device.createCommandEncoder()
    encoder.copyBufferToBuffer(from, fromRow * row, to, toRow * row, rows * row)
  }
  const flush = (): void => {
    if (encoder) device.queue.submit([encoder.finish()])
    encoder = undefined
  }
  const upload = (buffer: GPUBuffer, atRow: number, floats: Float32Array): void => {
    // What was queued before must not overtake this.
    flush()
    device.queue.writeBuffer(buffer, atRow * row, floats as Float32Array<ArrayBuffer>)
  }
  const place = (slot: number) => ({ ...slabs[Math.floor(slot / chunk)], at: slot % chunk })

  const initial = make(2 * row)
  upload(
    initial,
    0,
    Float32Array.from({ length: 2 * rowFloats }, (_, i) => (i < rowFloats ? hInit : lInit)[i % hInit.length]),
  )

  const release = (carry: SavedRow): void => {
    if (saved[carry.slot].delete(carry)) free.push(carry.buffer)
  }
  /** Calls back for every run of neighbouring slots: how far into the list, the first slot's place, how many. */
  const eachRun = (list: readonly number[], run: (from: number, at: number, count: number) => void): void => {
    for (let from = 0, to = 1; from < list.length; from = to++) {
      while (to < list.length && list[to] === list[to - 1] + 1) to++
      run(from, list[from] % chunk, to - from)
    }
  }

  return {
    write(slot, from) {
      const { zH, zL, at } = place(slot)
      if (from instanceof Float32Array) {
        upload(zH, at, from.subarray(0, rowFloats))
        upload(zL, at, from.subarray(rowFloats))
        return
      }
      const source = from === 'initial' ? initial : from.buffer
      copy(source, 0, zH, at)
      copy(source, 1, zL, at)
    },
    save(slot) {
      const { zH, zL, at } = place(slot)
      const carry = { kept: mark, buffer: free.pop() ?? make(2 * row), slot }
      copy(zH, at, carry.buffer, 0)
      copy(zL, at, carry.buffer, 1)
      saved[slot].add(carry)
      return carry
    },
    isOurs: (carry): carry is SavedRow => carry.kept === mark && saved[(carry as SavedRow).slot].has(carry as SavedRow),
    release,
    releaseAll(slot) {
      for (const carry of saved[slot]) release(carry)
    },
    gather(list) {
      const { zH, zL } = place(list[0])
      eachRun(list, (from, at, count) => {
        copy(zH, at, input.zH, from, count)
        copy(zL, at, input.zL, from, count)
      })
      return input
    },
    scatter(list, fromH, fromL) {
      const { zH, zL } = place(list[0])
      eachRun(list, (from, at, count) => {
        copy(fromH, from, zH, at, count)
        copy(fromL, from, zL, at, count)
      })
    },
    async read(slot) {
      const { zH, zL, at } = place(slot)
      const staging = device.createBuffer({ size: 2 * row, usage: MAP_READ | COPY_DST })
      try {
        copy(zH, at, staging, 0)
        copy(zL, at, staging, 1)
        flush()
        await staging.mapAsync(MAP_READ)
        return new Float32Array(staging.getMappedRange().slice(0))
      } finally {
        staging.destroy()
      }
    },
    flush,
    dispose() {
      encoder = undefined
      for (const buffer of buffers) buffer.destroy()
      buffers.clear()
    },
  }
}

import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ChannelWorker } from '../../tests/helpers/channel-worker.ts'
import { expectHrmRejection } from '../../tests/helpers/errors.ts'
import { createThreadSolver } from './thread-solver.ts'
import { toWire } from './wire-options.ts'

const transfer = (bytes: Uint8Array) => structuredClone(bytes.buffer, { transfer: [bytes.buffer as ArrayBuffer] })

describe('toWire', () => {
  it('keeps bytes for the workers that start later', async () => {
    const workers: ChannelWorker[] = []
    const worker = () => {
      workers.push(new ChannelWorker())
      return workers.at(-1)!
    }
    const weights = Uint8Array.of(1, 2, 3)
    const relaxed = Uint8Array.of(4, 5)
    const simd128 = Uint8Array.of(6)
    const kernels = { relaxed, simd128: simd128.buffer }
    const solver = await createThreadSolver({ worker, workers: 2, slots: 1, weights, kernels })
    weights.fill(0)
    transfer(relaxed)
    transfer(simd128)
    await solver.solveBatch(['a', 'b', 'c', 'd'])
    expect(workers).toHaveLength(2)
    expect(workers[1].options).toMatchObject({
      weights: Uint8Array.of(1, 2, 3),
      kernels: { relaxed: Uint8Array.of(4, 5), simd128: Uint8Array.of(6) },
    })
    solver.dispose()
  })

  it('sends no more than the bytes of a view', async () => {
    const { weights } = await toWire({ weights: new Uint8Array(1000).subarray(10, 13) })
    expect((weights as Uint8Array).buffer.byteLength).toBe(3)
  })

  it('keeps what a relative path names for the workers that start later, in another working directory', async () => {
    const { weights, kernels } = await toWire({ weights: 'a.safetensors', kernels: { relaxed: './b.wasm' } })
    expect([weights, kernels?.relaxed]).toEqual([resolve('a.safetensors'), resolve('b.wasm')])
  })

  it('leaves URLs and absolute paths as they are', async () => {
    for (const name of ['https://x/y', 'file:///x', 'data:,x', resolve('x')]) {
      expect((await toWire({ weights: name })).weights).toBe(name)
    }
  })

  it('refuses bytes that were transferred', async () => {
    const bytes = new Uint8Array(3)
    transfer(bytes)
    await expectHrmRejection(toWire({ weights: bytes }), 'option_invalid', 'transferred')
    await expectHrmRejection(
      toWire({ kernels: { relaxed: bytes } }),
      'engine_fetch',
      'relaxed kernels could not be loaded',
    )
  })
})

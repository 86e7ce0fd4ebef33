import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { UNSOLVABLE_4X4 } from '../../tests/helpers/boards.ts'
import { ChannelWorker } from '../../tests/helpers/channel-worker.ts'
import { CANDIDATES } from '../../tests/helpers/configs.ts'
import { expectHrmRejection } from '../../tests/helpers/errors.ts'
import { startStumblingServer } from '../../tests/helpers/stumbling-server.ts'
import { turns } from '../../tests/helpers/turns.ts'
import { tinyFile } from '../../tests/helpers/weights-file.ts'
import { createSolver } from '../solve/create-solver.ts'
import { kernelUrl } from '../wasm/index.ts'
import { createThreadSolver } from './thread-solver.ts'

const BOARDS = Array.from({ length: 20 }, (_, i) => `board ${i}`)

/** A solver of two workers or more, of which only the first ever has its weights. */
async function setup(count = 2) {
  const workers: ChannelWorker[] = []
  const worker = () => {
    workers.push(new ChannelWorker(workers.length === 0 ? undefined : () => new Promise(() => {})))
    return workers.at(-1)!
  }
  const solver = await createThreadSolver({ worker, workers: count, slots: 4 })
  const secondStarts = () => expect.poll(() => workers[1]?.options).toBeDefined()
  return { solver, workers, secondStarts }
}

describe('while a worker is starting', () => {
  it('an abort ends the batch that waits for it', async () => {
    const { solver, secondStarts } = await setup()
    const abort = new AbortController()
    const batch = solver.solveBatch(BOARDS, { signal: abort.signal })
    await secondStarts()
    abort.abort('enough')
    expect((await expectHrmRejection(batch, 'aborted')).cause).toBe('enough')
    solver.dispose()
  })

  it.each(['solve', 'steps'] as const)('an abort ends %s that waits for it', async (call) => {
    const { solver, secondStarts } = await setup()
    const first = solver.steps('board')
    await first.next()
    const abort = new AbortController()
    const options = { signal: abort.signal }
    const run = { solve: () => solver.solve('board', options), steps: () => solver.steps('board', options).next() }
    const second = run[call]()
    await secondStarts()
    abort.abort('enough')
    await expectHrmRejection(second, 'aborted')
    await first.return(undefined as never)
    solver.dispose()
  })

  it('a batch that fails elsewhere does not wait for it', async () => {
    const { solver } = await setup()
    await expectHrmRejection(solver.solveBatch(['fails', ...BOARDS]), 'engine_failed', 'trap')
    solver.dispose()
  })

  it('dispose ends it and fails what waits for it', async () => {
    const { solver, workers, secondStarts } = await setup()
    const batch = solver.solveBatch(BOARDS)
    const disposed = expectHrmRejection(batch, 'disposed')
    await secondStarts()
    solver.dispose()
    await disposed
    await expect.poll(() => workers.map(({ terminated }) => terminated)).toEqual([true, true])
  })

  it.each(['aborted', 'disposed'] as const)('a batch that waits for it and is %s starts no other', async (end) => {
    const { solver, workers, secondStarts } = await setup(8)
    const busy = solver.steps('board')
    await busy.next()
    const abort = new AbortController()
    const batch = expectHrmRejection(solver.solveBatch(BOARDS, { signal: abort.signal }), end)
    await secondStarts()
    if (end === 'aborted') abort.abort()
    else solver.dispose()
    await batch
    await turns(200)
    expect(workers).toHaveLength(2)
    await busy.return(undefined as never).catch(() => {})
    solver.dispose()
  })
})

describe('a worker that starts later', () => {
  const workers: ChannelWorker[] = []
  const worker = () => {
    workers.push(new ChannelWorker(createSolver))
    return workers.at(-1)!
  }

  it.each(['gone', 'another'])(
    'has the files of the first one, though what their URLs name is %s by then',
    async (now) => {
      workers.length = 0
      const weights = await startStumblingServer(tinyFile(CANDIDATES))
      const relaxed = await startStumblingServer(await readFile(kernelUrl('relaxed')))
      const simd128 = await startStumblingServer(await readFile(kernelUrl('simd128')))
      const servers = [weights, relaxed, simd128]
      const solver = await createThreadSolver({
        worker,
        workers: 2,
        weights: weights.url,
        kernels: { relaxed: relaxed.url, simd128: simd128.url },
        cache: false,
      })
      for (const server of servers) {
        if (now === 'gone') server.close()
        else server.answers = ['corrupt']
      }
      const options = { maxSteps: 3 }
      const [first, ...others] = await solver.solveBatch(Array(8).fill(UNSOLVABLE_4X4), options)
      expect(workers).toHaveLength(2)
      for (const other of others) expect(other).toEqual(first)
      for (const dead of workers) dead.crash()
      expect(await solver.solve(UNSOLVABLE_4X4, options)).toEqual(first)
      expect(workers).toHaveLength(3)
      solver.dispose()
      for (const server of servers) server.close()
    },
  )

  it("needs none of the package's own files either", async () => {
    workers.length = 0
    const solver = await createThreadSolver({ worker, backend: 'wasm', workers: 2 })
    const streams = [1, 2].map(() => solver.steps(UNSOLVABLE_4X4, { maxSteps: 2 }))
    await Promise.all(streams.map((steps) => steps.next()))
    const { weights, kernels } = workers[1].options!
    expect(weights).toBeInstanceOf(Uint8Array)
    expect(Object.values(kernels!).filter((kernel) => kernel instanceof Uint8Array)).not.toEqual([])
    for (const steps of streams) await steps.return(undefined as never)
    solver.dispose()
  })
})

import { describe, expect, it } from 'vitest'
import { ChannelWorker } from '../../tests/helpers/channel-worker.ts'
import { expectHrmRejection } from '../../tests/helpers/errors.ts'
import { createThreadSolver } from './thread-solver.ts'

const BOARDS = Array.from({ length: 20 }, (_, i) => `board ${i}`)

/** A solver of two workers, of which the second never has its weights. */
async function setup() {
  const workers: ChannelWorker[] = []
  const worker = () => {
    workers.push(new ChannelWorker(workers.length === 0 ? undefined : () => new Promise(() => {})))
    return workers.at(-1)!
  }
  const solver = await createThreadSolver({ worker, workers: 2, slots: 4 })
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
})

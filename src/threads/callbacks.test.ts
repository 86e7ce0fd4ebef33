import { expect, it } from 'vitest'
import { ChannelWorker, CountingSolver } from '../../tests/helpers/channel-worker.ts'
import { createThreadSolver } from './thread-solver.ts'

const MINE = new Error('mine')
const onProgress = () => {
  throw MINE
}

it.each([1, 2])(
  'a batch fails with what its onProgress throws, and the solver goes on: %i workers',
  async (workers) => {
    const started: ChannelWorker[] = []
    const worker = () => {
      started.push(new ChannelWorker())
      return started.at(-1)!
    }
    const solver = await createThreadSolver({ worker, workers, slots: 1 })
    const boards = Array.from({ length: 100 }, (_, i) => `board ${i}`)
    await expect(solver.solveBatch(boards, { onProgress })).rejects.toBe(MINE)
    expect(await solver.solve('board', { maxSteps: 2 })).toMatchObject({ steps: 2 })
    solver.dispose()
  },
)

it('creation fails with what its onProgress throws, and ends the worker', async () => {
  const worker = new ChannelWorker(async ({ onProgress }) => {
    onProgress?.({ loaded: 1 })
    return new CountingSolver()
  })
  await expect(createThreadSolver({ worker: () => worker, onProgress })).rejects.toBe(MINE)
  expect(worker.terminated).toBe(true)
})

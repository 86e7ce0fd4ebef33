import { expect, it } from 'vitest'
import { joinCalls } from './join-calls.ts'

function recorder(fail?: (run: number) => boolean) {
  const runs: number[][] = []
  const call = joinCalls(async (slots) => {
    runs.push([...slots])
    await new Promise((resolve) => setTimeout(resolve, 1))
    if (fail?.(runs.length)) throw new Error(`run ${runs.length}`)
  })
  return { runs, call }
}

it('runs the first at once and together what comes meanwhile', async () => {
  const { runs, call } = recorder()
  await Promise.all([call([0]), call([1]), call([2, 3]), call([4])])
  expect(runs).toEqual([[0], [1, 2, 3, 4]])
  await call([5])
  expect(runs[2]).toEqual([5])
})

it('runs a slot as often as it is named, in the order of the calls', async () => {
  const { runs, call } = recorder()
  const ended: string[] = []
  const named = (name: string, slots: number[]) => call(slots).then(() => ended.push(name))
  await Promise.all([named('a', [9]), named('b', [1]), named('c', [1, 2]), named('d', [2]), named('e', [3])])
  expect(runs).toEqual([[9], [1, 3], [1, 2], [2]])
  expect(ended).toEqual(['a', 'b', 'e', 'c', 'd'])
})

it('tells all calls of a run that it failed, and goes on', async () => {
  const { call } = recorder((run) => run === 2)
  const results = await Promise.allSettled([call([0]), call([1]), call([2]), call([1])])
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
})

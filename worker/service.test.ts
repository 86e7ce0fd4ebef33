import { expect, test } from 'vitest'
import { lazySolver } from './service.ts'
import { fakeSolver } from './test-support.ts'

test('a solver is made once, and again after a failure', async () => {
  const made: string[] = []
  const get = lazySolver(async () => {
    made.push('solver')
    if (made.length === 1) throw new Error('first')
    return fakeSolver()
  })
  await expect(Promise.all([get(), get()])).rejects.toThrow('first')
  const [a, b] = await Promise.all([get(), get()])
  expect(a).toBe(b)
  expect(await get()).toBe(a)
  expect(made.length).toBe(2)
})

test('an attempt that hangs is not waited for beyond patience', async () => {
  let time = 0
  const attempts = [new Promise<never>(() => {}), Promise.resolve(fakeSolver())]
  const get = lazySolver(
    () => attempts.shift()!,
    100,
    () => time,
  )
  get()
  time = 101
  const solver = await get()
  time = 10_000
  expect(await get()).toBe(solver)
})

test('who asks after a renewal gets a solver of their own', async () => {
  const get = lazySolver(async () => fakeSolver())
  const first = await get()
  get.renew!()
  const second = await get()
  expect(second).not.toBe(first)
  expect(await get()).toBe(second)
})

import { expect, test, vi } from 'vitest'
import { retried } from './retried.ts'

test('makes it at the first call alone, with the arguments of that call', async () => {
  const create = vi.fn(async (_forget: () => void, name: string) => ({ name }))
  const get = retried(create)
  expect(create).not.toHaveBeenCalled()
  const both = [get('a'), get('b')]
  expect(await both[1]).toBe(await both[0])
  expect((await both[0]).name).toBe('a')
  expect(create).toHaveBeenCalledTimes(1)
})

test('makes it anew after a failure, which all are told that waited for it', async () => {
  let isBroken = true
  const get = retried(async () => {
    if (isBroken) throw new Error('broken')
    return 'made'
  })
  const both = [get(), get()]
  for (const failing of both) await expect(failing).rejects.toThrow('broken')
  isBroken = false
  expect(await get()).toBe('made')
})

test('makes it anew once it was forgotten', async () => {
  let forget = () => {}
  let count = 0
  const get = retried(async (forgetIt) => {
    forget = forgetIt
    return ++count
  })
  expect([await get(), await get()]).toEqual([1, 1])
  forget()
  expect(await get()).toBe(2)
})

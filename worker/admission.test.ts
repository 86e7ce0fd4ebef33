import { expect, test } from 'vitest'
import { createAdmission } from './admission.ts'

const overloaded = expect.objectContaining({ code: 'overloaded' })

test('admits max solves and no more, until one leaves', () => {
  const admission = createAdmission(2, 1000)
  const first = admission.acquire()
  admission.acquire()
  expect(() => admission.acquire()).toThrow(overloaded)
  first.release()
  first.release()
  expect(admission.inFlight).toBe(1)
  admission.acquire()
  expect(() => admission.acquire()).toThrow(overloaded)
})

test('a place that stood still is given away, one that was renewed is not', () => {
  let time = 0
  const admission = createAdmission(2, 100, undefined, () => time)
  const stuck = admission.acquire()
  const busy = admission.acquire()
  time = 90
  busy.renew()
  time = 120
  const third = admission.acquire()
  expect(() => admission.acquire()).toThrow(overloaded)
  expect(() => stuck.renew()).toThrow(overloaded)
  third.release()
  stuck.renew()
  expect(admission.inFlight).toBe(2)
})

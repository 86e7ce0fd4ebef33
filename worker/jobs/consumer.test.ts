import { expect, test, vi } from 'vitest'
import { consume } from './consumer.ts'
import type { JobPlatform } from './platform.ts'

test.each([
  [1, 2],
  [2, 4],
  [3, 8],
])('a chunk that fails at try %d comes back after %d seconds', async (attempts, delaySeconds) => {
  const note = vi.fn(async () => {})
  const platform = {
    ledger: () => ({ claim: () => Promise.reject(new Error('the ledger is away')), note }),
  } as unknown as JobPlatform
  const message = { body: { job: 'a', chunk: 0 }, attempts, ack: vi.fn(), retry: vi.fn() }
  const log = vi.fn()
  await consume({ queue: 'jobs', messages: [message] }, platform, { solvers: new Map(), log })
  expect(message.retry.mock.calls).toEqual([[{ delaySeconds }]])
  expect(message.ack).not.toHaveBeenCalled()
  expect(note.mock.calls).toEqual([[0, { code: 'internal_error', detail: 'The request could not be handled.' }]])
  expect(log.mock.calls).toEqual([[expect.objectContaining({ event: 'error', message: 'the ledger is away' })]])
})

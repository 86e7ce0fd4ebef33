import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test, vi } from 'vitest'
import { expectHrmRejection } from '../../tests/helpers/errors.ts'
import { createClient } from './index.ts'

const busy = (headers: Record<string, string> = {}) => new Response('', { status: 503, headers })

/** Waits for a job on a clock of the test's; `asked` has the second of every look. */
function waitFor(answer: () => Response, signal?: AbortSignal) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: 0 })
  onTestFinished(() => void vi.useRealTimers())
  const asked: number[] = []
  const fetch: typeof globalThis.fetch = async (_, init) => {
    init!.signal?.throwIfAborted()
    asked.push(Date.now() / 1000)
    return answer()
  }
  return { waiting: createClient('http://localhost', { fetch }).waitForJob('x', { signal }), asked }
}

test('a busy service is asked again once it said, and no sooner than the interval', async () => {
  const answers = [
    Response.json({ state: 'running' }),
    busy({ 'Retry-After': '30' }),
    busy({ 'Retry-After': '1' }),
    busy(),
    Response.json({ state: 'done' }),
  ]
  const { waiting, asked } = waitFor(() => answers.shift()!)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(await waiting).toEqual({ state: 'done' })
  expect(asked).toEqual([0, 2, 32, 34, 36])
})

test('an abort ends the wait for a busy service, however long it is to be', async () => {
  const controller = new AbortController()
  const { waiting, asked } = waitFor(() => busy({ 'Retry-After': '3600' }), controller.signal)
  await vi.advanceTimersByTimeAsync(10_000)
  controller.abort()
  await expectHrmRejection(waiting, 'aborted')
  expect(asked).toEqual([0])
  expect(vi.getTimerCount()).toBe(0)
})

test('leaving the loop over the results ends the answer', async () => {
  const cancel = vi.fn()
  const fetch = async () =>
    new Response(
      new ReadableStream({
        pull: (controller) => controller.enqueue(new TextEncoder().encode('{"index":0}\n')),
        cancel,
      }),
    )
  for await (const result of createClient('http://localhost', { fetch }).jobResults('x')) {
    expect(result).toEqual({ index: 0 })
    expect(cancel).not.toHaveBeenCalled()
    break
  }
  expect(cancel).toHaveBeenCalledTimes(1)
})

/** A client of a server of the test's. */
async function clientOf(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return createClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
}

const JOB = { id: 'a', state: 'running' }

/** Rows of a file that are made when they are asked for; `onRow` is told of each before it is there. */
function fileOf(rows: number, onRow: (row: number) => unknown = () => {}) {
  let row = 0
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (row === rows) return controller.close()
      await onRow(row)
      controller.enqueue(new TextEncoder().encode(`"row ${row++}"\n`))
    },
  })
}

test('a stream is sent as it comes', async () => {
  let arrived = () => {}
  const first = new Promise<void>((resolve) => {
    arrived = resolve
  })
  let request = {}
  const client = await clientOf(async (incoming, response) => {
    incoming.once('data', arrived)
    const { method, url, headers } = incoming
    request = { method, url, type: headers['content-type'], body: await text(incoming) }
    response.end(JSON.stringify(JOB))
  })
  // the rest of it is not there before the service has read of it
  const jsonl = fileOf(3, (row) => row === 2 && first)
  expect(await client.submitJob('sudoku', { jsonl }, { maxSteps: 8 })).toEqual(JOB)
  expect(request).toEqual({
    method: 'POST',
    url: '/v1/jobs?task=sudoku&maxSteps=8',
    type: 'application/jsonl',
    body: '"row 0"\n"row 1"\n"row 2"\n',
  })
})

test('an abort ends the upload', async () => {
  const controller = new AbortController()
  let whole: boolean | undefined
  const client = await clientOf((incoming, response) => {
    incoming.on('data', () => controller.abort())
    incoming.on('end', () => response.end(JSON.stringify(JOB)))
    incoming.on('close', () => {
      whole = incoming.complete
    })
  })
  const jsonl = fileOf(2, (row) => row === 1 && new Promise(() => {})) // it never comes to its end of itself
  await expectHrmRejection(client.submitJob('sudoku', { jsonl }, { signal: controller.signal }), 'aborted')
  await expect.poll(() => whole).toBe(false)
})

test('a stream is cancelled where the call was aborted before it', async () => {
  const client = createClient('http://localhost', { fetch: () => expect.fail('it should not be asked') })
  let reason: unknown
  const jsonl = new ReadableStream<Uint8Array>({
    cancel(why) {
      reason = why
    },
  })
  await expectHrmRejection(client.submitJob('sudoku', { jsonl }, { signal: AbortSignal.abort('enough') }), 'aborted')
  expect(reason).toBe('enough')
})

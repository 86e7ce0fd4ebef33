import { expect, test } from 'vitest'
import { type Client, createClient } from './index.ts'

const STREAMS: [string, string, (client: Client, signal?: AbortSignal) => AsyncGenerator<unknown, unknown, void>][] = [
  ['steps', 'event: step\ndata: {"step":1}\n\n', (client, signal) => client.steps('sudoku', 'B', { signal })],
  ['results', '{"index":0}\n', (client, signal) => client.jobResults('x', { signal })],
]

/** A client whose answers begin with this text and never end, and the signals of its requests. */
function clientThatWaits(begin: string | undefined) {
  const signals: AbortSignal[] = []
  const fetch: typeof globalThis.fetch = async (_, init) => {
    const signal = init!.signal!
    signals.push(signal)
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason))
    })
    if (begin === undefined) return aborted
    return new Response(
      new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode(begin))
          aborted.catch((reason) => controller.error(reason))
        },
      }),
    )
  }
  return { client: createClient('http://localhost', { fetch }), signals }
}

test.each(STREAMS)('%s that are waited for end when they are left', async (_, begin, open) => {
  const { client, signals } = clientThatWaits(begin)
  const stream = open(client)
  expect(await stream.next()).toMatchObject({ done: false })
  const pending = stream.next()
  expect(await stream.return('left')).toEqual({ value: 'left', done: true })
  expect(await pending).toEqual({ value: undefined, done: true })
  expect(signals[0].aborted).toBe(true)
})

test.each(STREAMS)('%s whose request waits for its answer end when they are left', async (_, __, open) => {
  const { client, signals } = clientThatWaits(undefined)
  const stream = open(client)
  const pending = stream.next()
  await stream.return('left')
  expect(await pending).toEqual({ value: undefined, done: true })
  expect(signals[0].aborted).toBe(true)
  expect(await stream.next()).toEqual({ value: undefined, done: true })
})

test.each(STREAMS)('%s that are left before they begin are not asked for', async (_, begin, open) => {
  const { client, signals } = clientThatWaits(begin)
  const stream = open(client)
  await stream.return('left')
  expect(await stream.next()).toEqual({ value: undefined, done: true })
  expect(signals).toEqual([])
})

test.each(STREAMS)('an abort of %s is an abort, with its reason', async (_, begin, open) => {
  const { client } = clientThatWaits(begin)
  const controller = new AbortController()
  const stream = open(client, controller.signal)
  await stream.next()
  const pending = stream.next()
  controller.abort('enough')
  await expect(pending).rejects.toMatchObject({ name: 'HrmError', code: 'aborted', cause: 'enough' })
})

test.each(STREAMS)('an abort of %s ends them also where more have come already', async (_, begin, open) => {
  const { client } = clientThatWaits(begin.repeat(3))
  const controller = new AbortController()
  const stream = open(client, controller.signal)
  await stream.next()
  controller.abort('enough')
  await expect(stream.next()).rejects.toMatchObject({ name: 'HrmError', code: 'aborted', cause: 'enough' })
  expect(await stream.next()).toEqual({ value: undefined, done: true })
})

/** A client whose `fetch` looks at no signal: its answer comes with `answer()`, and `cancelled` tells what became of it. */
function clientThatIsDeaf() {
  let answer = () => {}
  const cancelled = Promise.withResolvers<unknown>()
  const response = new Response(new ReadableStream({ cancel: cancelled.resolve }))
  const fetch = () => new Promise<Response>((resolve) => (answer = () => resolve(response)))
  return { client: createClient('http://localhost', { fetch }), answer: () => answer(), cancelled: cancelled.promise }
}

test.each(STREAMS)('%s that were left before their answer came cancel it', async (_, __, open) => {
  const { client, answer, cancelled } = clientThatIsDeaf()
  const stream = open(client)
  const pending = stream.next()
  const left = stream.return('left')
  answer()
  await Promise.all([pending, left, cancelled])
})

test.each([
  ...STREAMS,
  ['a result', '', (client: Client, signal?: AbortSignal) => client.solve('sudoku', 'B', { signal })] as const,
])('an answer of %s that comes after an abort is cancelled', async (_, __, open) => {
  const { client, answer, cancelled } = clientThatIsDeaf()
  const controller = new AbortController()
  const call = open(client, controller.signal)
  const pending = 'next' in call ? call.next() : call
  controller.abort('enough')
  answer()
  await expect(pending).rejects.toMatchObject({ name: 'HrmError', code: 'aborted', cause: 'enough' })
  expect(await cancelled).toBe('enough')
})

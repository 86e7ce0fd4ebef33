import { expect, test } from 'vitest'
import { readEvents, type ServerEvent } from './sse.ts'

async function read(...chunks: string[]): Promise<ServerEvent[]> {
  const bytes = chunks.map((chunk) => new TextEncoder().encode(chunk))
  const events: ServerEvent[] = []
  for await (const event of readEvents(streamOf(bytes))) events.push(event)
  return events
}

function streamOf(chunks: Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk)
      controller.close()
    },
  })
}

const STEP = 'event: step\nid: 1\ndata: {"step":1}\n\n'
const RESULT = 'event: result\ndata: {}\n\n'
const BOTH = [
  { event: 'step', data: '{"step":1}' },
  { event: 'result', data: '{}' },
]

test('reads events in order, without comments', async () => {
  expect(await read(`${STEP}: still computing\n\n${RESULT}`)).toEqual(BOTH)
})

test('reads events however the bytes are cut', async () => {
  for (const text of [STEP + RESULT, (STEP + RESULT).replaceAll('\n', '\r\n')]) {
    expect(await read(...text)).toEqual(BOTH)
  }
})

test('joins a multi-line datum, and keeps a character cut in two whole', async () => {
  const bytes = new TextEncoder().encode('data: é\ndata:b\n\n')
  const events: ServerEvent[] = []
  for await (const event of readEvents(streamOf([bytes.slice(0, 7), bytes.slice(7)]))) events.push(event)
  expect(events).toEqual([{ event: 'message', data: 'é\nb' }])
})

test('leaves out an event that the end cut short', async () => {
  expect(await read(STEP, 'event: result\ndata: {}')).toEqual([BOTH[0]])
})

test('cancels the stream when the reader leaves', async () => {
  let cancelled = false
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new TextEncoder().encode(STEP)),
    cancel: () => {
      cancelled = true
    },
  })
  for await (const _ of readEvents(body)) break
  expect(cancelled).toBe(true)
})

import { expect, test } from 'vitest'
import { serverEvents } from './server-events.ts'

async function read(chunks: (string | Uint8Array)[]) {
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(typeof chunk === 'string' ? encoder.encode(chunk) : chunk)
      controller.close()
    },
  })
  const events = []
  for await (const event of serverEvents(body)) events.push(event)
  return events
}

const TEXT = ': hello\n\nevent: step\nid: 1\ndata: {"a":\ndata: "é"}\n\ndata:x\n\nevent: lost\ndata: cut short\n'
const EVENTS = [
  { event: 'step', data: '{"a":\n"é"}' },
  { event: 'message', data: 'x' },
]

test('reads events wherever the chunks end', async () => {
  const bytes = new TextEncoder().encode(TEXT)
  expect(await read([TEXT])).toEqual(EVENTS)
  expect(await read(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(EVENTS)
})

test.each(['\r\n', '\r'])('lines may end with %j', async (end) => {
  expect(await read([...TEXT.replaceAll('\n', end)])).toEqual(EVENTS)
  const closed = `data: 1${end}${end}` // what ends the stream cannot be half of a CRLF
  expect(await read([closed])).toEqual([{ event: 'message', data: '1' }])
})

test('leaving cancels the body', async () => {
  let cancelled = false
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new TextEncoder().encode('data: 1\n\n')),
    cancel: () => {
      cancelled = true
    },
  })
  for await (const event of serverEvents(body)) {
    expect(event.data).toBe('1')
    break
  }
  expect(cancelled).toBe(true)
})

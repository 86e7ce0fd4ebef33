export interface ServerEvent {
  event: string
  data: string
}

/** Events of a `text/event-stream` body (WHATWG HTML, 9.2.6); comments and retry times are passed over. */
export async function* serverEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent, void, void> {
  let event = ''
  let data: string[] = []
  for await (const line of bodyLines(body)) {
    if (line === '') {
      if (data.length > 0) yield { event: event || 'message', data: data.join('\n') }
      event = ''
      data = []
      continue
    }
    const [, field, value] = /^([^:]*):? ?(.*)$/s.exec(line)!
    if (field === 'event') event = value
    else if (field === 'data') data.push(value)
  }
}

/** Lines ended by LF, CR or CRLF. Returns what follows the last end, which is no line. */
export async function* bodyLines(body: ReadableStream<Uint8Array>): AsyncGenerator<string, string, void> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      rest += decoder.decode(value, { stream: !done })
      // A CR at the end may be half of a CRLF: it waits for the next chunk, where there is one.
      const parts = rest.split(done ? /\r\n|\n|\r/ : /\r\n|\n|\r(?!$)/)
      rest = parts.pop()!
      yield* parts
      if (done) return rest
    }
  } finally {
    // Ends the request where the stream has not ended.
    await reader.cancel().catch(() => {})
  }
}

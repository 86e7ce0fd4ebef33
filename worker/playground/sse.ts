export interface ServerEvent {
  event: string
  data: string
}

/** Reads an event stream (HTML standard, section 9.2): named events with their data; comments and ids are left out. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent, void, void> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let pending = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      pending += decoder.decode(value, { stream: true })
      // A CR at the very end may be half of a CRLF.
      const whole = pending.endsWith('\r') ? pending.slice(0, -1) : pending
      const blocks = whole.replaceAll(/\r\n?/g, '\n').split('\n\n')
      pending = blocks.pop()! + pending.slice(whole.length)
      for (const block of blocks) {
        const event = parseBlock(block)
        if (event) yield event
      }
    }
  } finally {
    await reader.cancel()
  }
}

function parseBlock(block: string): ServerEvent | undefined {
  let event = 'message'
  const data: string[] = []
  for (const line of block.split('\n')) {
    const [, field, value] = /^([^:]*):? ?(.*)$/s.exec(line)!
    if (field === 'event') event = value
    else if (field === 'data') data.push(value)
  }
  return data.length > 0 ? { event, data: data.join('\n') } : undefined
}

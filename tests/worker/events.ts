export interface StreamEvent {
  event: string
  // biome-ignore lint/suspicious/noExplicitAny: what it holds is what the tests ask
  data: any
}

/** The events of a stream that has ended, comments left out. */
export const eventsOf = (text: string): StreamEvent[] =>
  text
    .split('\n\n')
    .filter((block) => block.startsWith('event: '))
    .map((block) => ({ event: /^event: (\w+)/.exec(block)![1], data: JSON.parse(/^data: (.*)$/m.exec(block)![1]) }))

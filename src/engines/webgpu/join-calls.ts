interface Call {
  readonly slots: readonly number[]
  resolve(): void
  reject(error: unknown): void
}

/**
 * Runs calls that come while another runs together, in one: solves that each step their own slot fill a batch. A slot
 * that two calls name is run once for each of them.
 */
export function joinCalls(
  run: (slots: readonly number[]) => Promise<void>,
): (slots: readonly number[]) => Promise<void> {
  let waiting: Call[] = []
  let busy = false
  const work = async (): Promise<void> => {
    busy = true
    while (waiting.length > 0) {
      const taken = new Set<number>()
      const [now, later]: [Call[], Call[]] = [[], []]
      for (const call of waiting) {
        const fits = call.slots.every((slot) => !taken.has(slot))
        for (const slot of call.slots) taken.add(slot)
        if (fits) now.push(call)
        else later.push(call)
      }
      waiting = later
      try {
        await run(now.flatMap(({ slots }) => slots))
        for (const call of now) call.resolve()
      } catch (error) {
        for (const call of now) call.reject(error)
      }
    }
    busy = false
  }
  return (slots) =>
    new Promise((resolve, reject) => {
      waiting.push({ slots, resolve, reject })
      if (!busy) work()
    })
}

export interface HeapUsage {
  /** Bytes of live and not yet collected objects. */
  usedSize: number
  totalSize: number
  /** Bytes of array buffers; WebAssembly memories are not among them. */
  backingStorageSize: number
}

export interface Inspector {
  heapUsage(): Promise<HeapUsage>
  close(): void
}

/** Chrome's DevTools protocol, spoken to workerd's inspector. */
export async function connectInspector(url: URL): Promise<Inspector> {
  const targets = (await (await fetch(new URL('/json', url))).json()) as { webSocketDebuggerUrl: string }[]
  const socket = new WebSocket(targets[0].webSocketDebuggerUrl)
  const waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>()
  socket.addEventListener('message', ({ data }) => {
    const { id, result, error } = JSON.parse(data)
    const call = waiting.get(id)
    waiting.delete(id)
    if (error) call?.reject(new Error(error.message))
    else call?.resolve(result)
  })
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve)
    socket.addEventListener('error', reject)
  })
  let calls = 0
  const send = (method: string) =>
    new Promise<unknown>((resolve, reject) => {
      const id = ++calls
      waiting.set(id, { resolve, reject })
      socket.send(JSON.stringify({ id, method }))
    })
  return {
    heapUsage: () => send('Runtime.getHeapUsage') as Promise<HeapUsage>,
    close: () => socket.close(),
  }
}

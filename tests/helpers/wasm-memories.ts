import { vi } from 'vitest'

/** Every WebAssembly memory that is made from now on, in order; until `vi.unstubAllGlobals()`. */
export function watchMemories(): WebAssembly.Memory[] {
  const memories: WebAssembly.Memory[] = []
  vi.stubGlobal('WebAssembly', {
    ...Object.fromEntries(Object.getOwnPropertyNames(WebAssembly).map((key) => [key, Reflect.get(WebAssembly, key)])),
    Memory: class extends WebAssembly.Memory {
      constructor(descriptor: WebAssembly.MemoryDescriptor) {
        super(descriptor)
        memories.push(this)
      }
    },
  })
  return memories
}

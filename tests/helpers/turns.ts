/**
 * Turns of the event loop: time for all that this process still has to do of itself. A sleep is none on a busy machine,
 * for whatever ran late is at the end of its turn when the timer is due.
 */
export async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve))
}

/** Sleeps with the whole thread, as a step of a real engine holds it: the system and other processes go on. */
export function hold(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

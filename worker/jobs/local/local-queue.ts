import { type ConsumerOptions, consume } from '../consumer.ts'
import type { ChunkMessage, JobPlatform } from '../platform.ts'
import type { DiskLedgers } from './disk-ledger.ts'

export interface LocalQueueOptions {
  ledgers: DiskLedgers
  platform: JobPlatform
  consumer: ConsumerOptions
  /** Milliseconds for a second of delay between tries. */
  secondMs: number
  /** Ends the loop, once the chunk in hand is done. */
  signal: AbortSignal
  /** Told of a job that cannot be worked on, which is not looked at again until it is added. */
  onFailure(job: string, error: unknown): void
}

interface Delivery extends ChunkMessage {
  /** 1 for the first. */
  attempts: number
}

/** As in wrangler.toml. */
const MAX_TRIES = 7

/** Stands in for a queue: a loop that solves one chunk after the other, of the oldest job that has one waiting. */
export function localQueue({ ledgers, platform, consumer, secondMs, signal, onFailure }: LocalQueueOptions) {
  /** Jobs that may have chunks waiting. */
  const jobs = new Set<string>()
  const retries: Delivery[] = []
  let wake = () => {}
  signal.addEventListener('abort', () => wake())

  function fail(job: string, error: unknown): void {
    jobs.delete(job)
    onFailure(job, error)
  }

  function nextWaiting(): Delivery | undefined {
    for (const job of jobs) {
      try {
        const chunk = ledgers.exists(job) ? takeWaiting(job) : undefined
        if (chunk !== undefined) return { job, chunk, attempts: 1 }
        jobs.delete(job) // what is left of it is out, and comes back as a retry
      } catch (error) {
        fail(job, error)
      }
    }
    return undefined
  }

  const takeWaiting = (job: string): number | undefined =>
    ledgers.transact(job, (its) => {
      const [first] = its.waiting(1)
      if (first !== undefined) its.markSent([first])
      return first
    })

  async function deliver(message: Delivery): Promise<void> {
    const { job, chunk, attempts } = message
    const body = { job, chunk }
    let delay: number | undefined
    const entry = {
      body,
      attempts,
      ack: () => {},
      retry: ({ delaySeconds = 0 } = {}) => {
        delay = delaySeconds * secondMs
      },
    }
    await consume({ queue: 'local', messages: [entry] }, platform, consumer)
    if (delay === undefined || signal.aborted) return
    if (attempts === MAX_TRIES) {
      await consume({ queue: 'local-dead', messages: [entry] }, platform, consumer)
      return
    }
    setTimeout(() => {
      retries.push({ ...body, attempts: attempts + 1 })
      wake()
    }, delay).unref()
  }

  return {
    add(job: string): void {
      jobs.add(job)
      wake()
    },

    remove(job: string): void {
      jobs.delete(job)
    },

    /** Runs until it is told to end. */
    async run(): Promise<void> {
      while (!signal.aborted) {
        const message = retries.shift() ?? nextWaiting()
        if (message) await deliver(message).catch((error) => fail(message.job, error))
        else {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        }
      }
    },
  }
}

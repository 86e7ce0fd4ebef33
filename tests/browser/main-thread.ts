import type { Page } from 'playwright-core'

interface TraceEvent {
  name: string
  pid: number
  tid: number
  args: { name?: string }
  /** Microseconds: when it began, how long it was, and processor time that the thread had of that. */
  ts: number
  dur?: number
  tdur?: number
}

/** Shortest task that the browser calls long: a page that is busy for longer feels stuck. */
const LONG_TASK_MS = 50
/** What the task of `loop` takes where that limit holds as it is: a 2-core Zen 1 VM, little else running (2026-11-27). */
const REFERENCE_LOOP_MS = 31.4
const LOOP = 'loop'
const BETWEEN_LOOPS_MS = 300

/** The same work each time, for a page. */
function loop(name: string): number {
  performance.mark(name)
  const numbers = Array.from({ length: 60_000 }, (_, i) => (i * 7919) % 60_013)
  return JSON.parse(JSON.stringify(numbers.sort((a, b) => a - b))).length
}

export interface MainThread {
  /**
   * Milliseconds of processor time of every task, longest first. Not of wall time, which also counts what other
   * programs of a loaded machine took.
   */
  tasks: number[]
  /** The task that is too long: on a slower core, or beside another's work on its caches, the same code takes longer. */
  limit: number
}

/** Runs `work` and measures the tasks of the page's main thread meanwhile, with loops in between that tell the limit. */
export async function traceMainThread(page: Page, work: () => Promise<void>): Promise<MainThread> {
  let working = true
  const keepLooping = async () => {
    while (working) {
      await page.evaluate(loop, LOOP)
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_LOOPS_MS))
    }
  }
  const events = await trace(page, async () => {
    const worked = work().finally(() => {
      working = false
    })
    await Promise.all([worked, keepLooping()])
  })
  const threadOf = ({ pid, tid }: TraceEvent) => `${pid}:${tid}`
  const mains = new Set(
    events.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain').map(threadOf),
  )
  const marks = events.filter(({ name }) => name === LOOP)
  const isLoop = (task: TraceEvent) =>
    marks.some((mark) => threadOf(mark) === threadOf(task) && mark.ts >= task.ts && mark.ts <= task.ts + task.dur!)
  const times = (tasks: TraceEvent[]) => tasks.map(({ tdur = 0 }) => tdur / 1000).sort((a, b) => b - a)
  const all = events.filter((event) => event.name === 'ThreadControllerImpl::RunTask' && mains.has(threadOf(event)))
  const loops = times(all.filter(isLoop))
  if (loops.length === 0) throw new Error('the trace has none of its loops')
  // A slow one, for the longest task meets the same disturbances; not the slowest, which may meet the garbage collector.
  const slow = loops[Math.floor(loops.length / 10)]
  const limit = LONG_TASK_MS * Math.max(1, slow / REFERENCE_LOOP_MS)
  console.info(`${loops.length} loops of ${loops.at(-1)} to ${loops[0]} ms: a task may take ${limit.toFixed(1)} ms`)
  return { tasks: times(all.filter((task) => !isLoop(task))), limit }
}

async function trace(page: Page, work: () => Promise<void>): Promise<TraceEvent[]> {
  const session = await page.context().newCDPSession(page)
  const events: TraceEvent[] = []
  session.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])))
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['toplevel', 'blink.user_timing', '__metadata'], excludedCategories: ['*'] },
  })
  await work()
  const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve))
  await session.send('Tracing.end')
  await complete
  return events
}

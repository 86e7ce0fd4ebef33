import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type * as HrmEdgeWorker from '../../src/threads/index.ts'
import { SAMPLE_SETS } from '../../worker/playground/samples.ts'
import { ENDLESS } from '../helpers/boards.ts'
import { launchChromium, withPage } from './chromium.ts'
import { traceMainThread } from './main-thread.ts'
import { expectSolution } from './playground-page.ts'
import { type StaticServer, serveFolder } from './static-server.ts'

const EASY = SAMPLE_SETS[0].boards[0]
/** `hrm-edge/worker` as a page has it that serves the package's own files and uses no bundler. */
let server: StaticServer
let browser: Browser
let origin: string
beforeAll(async () => {
  server = await serveFolder(fileURLToPath(new URL('../../', import.meta.url)))
  origin = `${server.origin}tests/browser/worker-page.html`
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
  server?.close()
})

/** Runs a function in a page of its own, with the module as its first argument. */
async function inPage<A, T>(use: (module: typeof HrmEdgeWorker, argument: A) => Promise<T>, argument: A): Promise<T> {
  let value: T | undefined
  await withPage(browser, {}, async ({ page, complaints }) => {
    await page.goto(origin)
    value = await run(page, use, argument)
    expect(complaints).toEqual([])
  })
  return value as T
}

function run<A, T>(
  page: Page,
  use: (module: typeof HrmEdgeWorker, argument: A) => Promise<T>,
  argument: A,
): Promise<T> {
  return page.evaluate(
    ({ code, argument }) => new Function(`return (${code})`)()(Reflect.get(globalThis, 'module'), argument),
    { code: use.toString(), argument },
  ) as Promise<T>
}

test('takes weights from a file that was chosen in the page', async () => {
  const { sizes, solved } = await inPage(async ({ createSolver }, board) => {
    const answer = await fetch('/model/weights/sudoku-1k.safetensors')
    const file = new File([await answer.arrayBuffer()], 'my.safetensors')
    const solver = await createSolver({ weights: file })
    const solved = await solver.solve(board)
    solver.dispose()
    return { sizes: [file.size, solver.model.bytes], solved }
  }, EASY)
  expect(sizes[1]).toBe(sizes[0])
  expect(solved).toMatchObject({ status: 'solved', model: 'sudoku-d32-1k' })
})

test('solves, streams and batches with the same answers', async () => {
  const { solved, streamed, batch, progress, info } = await inPage(async ({ createSolver }, board) => {
    const loaded: number[] = []
    const solver = await createSolver({ task: 'sudoku', onProgress: (p) => loaded.push(p.loaded) })
    const solved = await solver.solve(board)
    const steps = solver.steps(board)
    const streamed: number[] = []
    let next = await steps.next()
    for (; !next.done; next = await steps.next()) streamed.push(next.value.step)
    const batch = await solver.solveBatch([board, board], {})
    const info = { backend: solver.backend, bytes: solver.model.bytes }
    solver.dispose()
    return { solved, streamed, batch: [next.value, ...batch], progress: loaded, info }
  }, EASY)
  expect(solved).toMatchObject({ status: 'solved', verified: true })
  expectSolution(solved.solution!, EASY)
  expect(streamed).toEqual(Array.from({ length: solved.steps }, (_, i) => i + 1))
  for (const result of batch) expect(result).toEqual(solved)
  expect(progress).toEqual(progress.toSorted((a, b) => a - b))
  expect(progress.at(-1)).toBe(info.bytes)
  expect(info.backend).toBe('wasm')
})

test('aborts a solve and a batch within a step, and goes on', async () => {
  const { codes, late, twentySteps, solution } = await inPage(
    async ({ createSolver }, { easy, endless }) => {
      const solver = await createSolver()
      const codes: string[] = []
      const late: number[] = []
      // A machine that does other things takes longer for a step, and for what an abort leaves to do.
      const before = performance.now()
      await solver.solve(endless, { maxSteps: 20 })
      const twentySteps = performance.now() - before
      const options = () => ({ maxSteps: 100_000, signal: AbortSignal.timeout(200) })
      for (const call of [
        () => solver.solve(endless, options()),
        () => solver.solveBatch([endless, endless], options()),
      ]) {
        await call().catch((error) => codes.push(error.code))
        // The worker answers the next call as soon as it has left the aborted one.
        const from = performance.now()
        await solver.solve(easy, { maxSteps: 1 })
        late.push(performance.now() - from)
      }
      return { codes, late, twentySteps, solution: (await solver.solve(easy)).solution }
    },
    { easy: EASY, endless: ENDLESS },
  )
  expect(codes).toEqual(['aborted', 'aborted'])
  for (const milliseconds of late) expect(milliseconds).toBeLessThan(twentySteps)
  expectSolution(solution!, EASY)
})

test('restores typed errors with their cells', async () => {
  const errors = await inPage(
    async ({ createSolver, HrmError }, { bad, short }) => {
      const solver = await createSolver()
      const seen = []
      for (const call of [
        () => solver.solve(bad),
        () => solver.solve(short),
        () => solver.solve(bad, { maxSteps: -1 }),
        () => createSolver({ weights: '/no/such/file' }),
        () => createSolver({ weights: new Uint8Array(100) }),
        () => createSolver({ sha256: '0'.repeat(64) }),
        () => createSolver({ task: 'chess' }),
      ]) {
        const error = await call().then(
          () => undefined,
          (error) => error,
        )
        const cells = error.cells.map(({ index }: { index: number }) => index)
        seen.push({ ours: error instanceof HrmError, code: error.code, cells })
      }
      return seen
    },
    { bad: `7${'.'.repeat(7)}7${'.'.repeat(72)}`, short: '123' },
  )
  expect(errors.map(({ ours }) => ours)).toEqual(errors.map(() => true))
  expect(errors[0]).toMatchObject({ code: 'board_conflict', cells: [0, 8] })
  expect(errors[1].code).toBe('board_length')
  expect(errors[2].code).toMatch(/^(board_conflict|option_invalid)$/)
  expect(errors[3].code).toBe('weights_fetch')
  expect(errors[4].code).toMatch(/^weights_/)
  expect(errors[5].code).toBe('weights_hash')
  expect(errors[6].code).toBe('task_unknown')
})

test('a worker that dies without a word fails its solve; the next solve starts another', async () => {
  await withPage(browser, {}, async ({ page }) => {
    await page.goto(origin)
    const solving = run(
      page,
      async ({ createSolver }, { easy, endless }) => {
        const solver = await createSolver()
        const failing = solver.solve(endless, { maxSteps: 1_000_000 }).catch((error) => error.code)
        // Asked for later and answered: the worker is at the first one.
        await solver.solve(easy, { maxSteps: 1 })
        Object.assign(globalThis, { isSolving: true })
        return { code: await failing, solution: (await solver.solve(easy)).solution }
      },
      { easy: EASY, endless: ENDLESS },
    )
    // Seconds may go by until then. A worker that dies sooner fails the making of the solver.
    await page.waitForFunction(() => 'isSolving' in globalThis)
    await page.workers()[0].evaluate(() => self.close())
    const { code, solution } = await solving
    expect(code).toBe('engine_failed')
    expectSolution(solution!, EASY)
  })
})

test('dispose ends the worker', async () => {
  await withPage(browser, {}, async ({ page }) => {
    await page.goto(origin)
    await run(
      page,
      async ({ createSolver }) => {
        const solvers = await Promise.all([createSolver(), createSolver()])
        for (const solver of solvers) solver.dispose()
      },
      undefined,
    )
    await expect.poll(() => page.workers().length).toBe(0)
  })
})

test('a batch over several workers has the results of one, and the page is never busy for long meanwhile', async () => {
  await withPage(browser, {}, async ({ page, complaints }) => {
    await page.goto(origin)
    const boards = Array.from({ length: 20 }, (_, i) => [EASY, ENDLESS][i % 2])
    const solve = (workers: number) =>
      run(
        page,
        async ({ createSolver }, { boards, workers }) => {
          const solver = await createSolver({ workers, slots: 4 })
          const results = await solver.solveBatch(boards, { maxSteps: 4 })
          solver.dispose()
          return results
        },
        { boards, workers },
      )
    const one = await solve(1)
    let three: typeof one = []
    const { tasks, limit } = await traceMainThread(page, async () => {
      three = await solve(3)
    })
    expect(three).toEqual(one)
    expect(new Set(one.map(({ status }) => status))).toEqual(new Set(['solved', 'unsolved']))
    console.info(`main thread during a batch on three workers: longest task ${tasks[0]} ms of ${tasks.length}`)
    // Without it a trace that measured nothing would pass.
    expect(tasks.length).toBeGreaterThan(20)
    expect(tasks[0]).toBeLessThan(limit)
    expect(complaints).toEqual([])
  })
})

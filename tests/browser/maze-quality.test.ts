import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { EXAMPLE_MAZE } from '../../worker/examples.ts'
import { FAR_MAZE, isPathOf } from '../worker/mazes.ts'
import { findOverflow, findViolations } from './accessibility.ts'
import { withPage } from './chromium.ts'
import { traceMainThread } from './main-thread.ts'
import { MazePage } from './maze-page.ts'
import { servePlayground } from './served-playground.ts'

const LAYOUT_SHIFT_BUDGET = 0.01
const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true }

const served = servePlayground()

async function openMaze(page: Page): Promise<MazePage> {
  await page.goto(`${served.url}#maze`)
  const maze = new MazePage(page)
  await maze.waitUntilThere()
  return maze
}

/** Lets the model think for so many steps at most. */
async function thinkFor(maze: MazePage, maxSteps: number): Promise<void> {
  await maze.page.getByLabel('Steps at most').selectOption(String(maxSteps))
  await maze.solveButton.click()
  await maze.expectStatus(/^(Solved|Not solved)/, 80_000)
  await maze.expectAtRest()
}

test.each(['light', 'dark'] as const)('axe finds nothing wrong in %s colours: maze, steps, an error', (colorScheme) =>
  withPage(served.browser, { colorScheme }, async ({ page }) => {
    const maze = await openMaze(page)
    expect(await findViolations(page)).toEqual([])
    await maze.paste(FAR_MAZE)
    await thinkFor(maze, 16)
    expect(await findViolations(page)).toEqual([])
    await maze.paste('S# \n## \n  G')
    await maze.solveButton.click()
    await maze.expectStatus(/^This is no valid puzzle\./)
    await expect.poll(() => page.locator('#maze-board [data-blamed]').count()).toBe(2)
    expect(await findViolations(page)).toEqual([])
  }),
)

test('360 px wide: nothing sticks out, what one touches is large enough, the maze comes before its steps', () =>
  withPage(served.browser, PHONE, async ({ page }) => {
    const maze = await openMaze(page)
    await page.getByText('Board as text').tap()
    await page.locator('#use-text').waitFor()
    const { width, wide } = await findOverflow(page)
    expect(width).toBe(360)
    expect(wide).toEqual([])
    // Cells of 30 in a row cannot be: two fingers zoom, and keys do all that a finger does.
    const small = await page.locator('main :is(button, select, input, summary):visible, nav a').evaluateAll((targets) =>
      targets
        .map((target) => ({ html: target.outerHTML.slice(0, 80), box: target.getBoundingClientRect() }))
        .filter(({ box }) => box.width < 24 || box.height < 24)
        .map(({ html }) => html),
    )
    expect(small).toEqual([])
    const [board, readout, scrubber, tools] = await Promise.all(
      ['#maze-board', '.readout', '#scrubber', '#maze-tools'].map(
        async (selector) => (await page.locator(selector).boundingBox())!,
      ),
    )
    expect(Math.abs(board.width - board.height)).toBeLessThan(1)
    expect(readout.y - (board.y + board.height)).toBeLessThan(24)
    expect(tools.y - (scrubber.y + scrubber.height)).toBeLessThan(24)
    expect(tools.y + tools.height - board.y).toBeLessThan(740)
    await maze.paste('S   \n    \n   G')
    await expect.poll(() => maze.question()).toBe('S   \n    \n   G')
    const flat = (await page.locator('#maze-board').boundingBox())!
    expect(flat.width / flat.height).toBeCloseTo(4 / 3, 1)
  }))

test.each([
  { width: 1366, height: 768 },
  { width: 1366, height: 650 },
])('a laptop of $width by $height shows maze, Solve, its answer and the scrubber at once', (viewport) =>
  withPage(served.browser, { viewport }, async ({ page }) => {
    await openMaze(page)
    for (const id of ['#maze-board', '#solve', '#status', '#scrubber']) {
      const { y, height } = (await page.locator(id).boundingBox())!
      expect(y + height, id).toBeLessThanOrEqual(viewport.height)
    }
  }),
)

test.each([
  PHONE,
  { viewport: { width: 740, height: 360 }, hasTouch: true, isMobile: true },
  { viewport: { width: 1366, height: 768 } },
])('the tallest maze fits on a screen of $viewport.width by $viewport.height, amid the place of others', (options) =>
  withPage(served.browser, options, async ({ page }) => {
    const maze = await openMaze(page)
    const board = page.locator('#maze-board')
    const square = (await board.boundingBox())!
    await maze.paste(['S  ', ...Array(43).fill('   '), '  G'].join('\n'))
    await expect.poll(() => page.locator('#maze-board [role=row]').count()).toBe(45)
    const tall = (await board.boundingBox())!
    expect(tall.height / tall.width).toBeCloseTo(15, 0)
    expect(tall.height).toBeLessThan(square.height + 1)
    expect(tall.height).toBeLessThan(0.8 * options.viewport.height)
    expect(tall.x + tall.width / 2).toBeCloseTo(square.x + square.width / 2, 0)
  }),
)

describe('nothing jumps when the page turns to mazes, and while one is solved', () => {
  test.each([PHONE.viewport, { width: 1280, height: 900 }])('$width by $height', (viewport) =>
    withPage(served.browser, { viewport }, async ({ page }) => {
      await page.addInitScript(() => {
        const shifts: (PerformanceEntry & { value: number; hadRecentInput: boolean })[] = []
        /** The frame in which the page turns moves what is below the board. */
        const turn = { from: Number.POSITIVE_INFINITY, to: Number.POSITIVE_INFINITY }
        Object.assign(globalThis, {
          // An input half a second ago is not recent any more, and the script for mazes may take longer to come.
          sumOfShifts: () =>
            shifts
              .filter((shift) => !shift.hadRecentInput && (shift.startTime < turn.from || shift.startTime > turn.to))
              .reduce((sum, { value }) => sum + value, 0),
        })
        new PerformanceObserver((list) => shifts.push(...(list.getEntries() as typeof shifts))).observe({
          type: 'layout-shift',
          buffered: true,
        })
        new MutationObserver(() => {
          turn.from = performance.now()
          requestAnimationFrame(() => requestAnimationFrame(() => (turn.to = performance.now())))
        }).observe(document, { subtree: true, attributeFilter: ['data-task'] })
      })
      await page.goto(served.url)
      const maze = new MazePage(page)
      await page.getByRole('link', { name: 'Maze' }).click()
      await maze.waitUntilThere()
      await maze.paste(EXAMPLE_MAZE)
      await page.getByLabel('Steps at most').selectOption('16')
      await maze.solveButton.click()
      await maze.expectStatus(/^(Solved|Not solved)/)
      await maze.expectAtRest()
      const total = await page.evaluate(() => (globalThis as unknown as { sumOfShifts(): number }).sumOfShifts())
      expect(total).toBeLessThan(LAYOUT_SHIFT_BUDGET)
    }),
  )
})

test('the page is never busy for long while it solves a maze', () =>
  withPage(served.browser, {}, async ({ page }) => {
    const maze = await openMaze(page)
    await expect.poll(() => page.locator('#fact-model').textContent()).toMatch(/maze/)
    await page.getByLabel('Playing speed').selectOption('live')
    await maze.paste(FAR_MAZE)
    const { tasks, limit } = await traceMainThread(page, () => thinkFor(maze, 64))
    console.info(`main thread while solving a maze: longest task ${tasks[0]} ms of ${tasks.length}`)
    expect(tasks.length).toBeGreaterThan(20)
    expect(tasks[0]).toBeLessThan(limit)
  }))

test('without a network mazes are there once they were opened, and solved', () =>
  withPage(served.browser, {}, async ({ page, complaints }) => {
    await page.goto(served.url)
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null)
    const kept = () =>
      page.evaluate(async () => {
        const cache = await caches.open((await caches.keys())[0])
        return (await cache.keys()).map(({ url }) => new URL(url).pathname).filter((path) => path.includes('maze'))
      })
    expect(await kept()).toEqual([])
    await page.getByRole('link', { name: 'Maze' }).click()
    await new MazePage(page).waitUntilThere()
    await expect.poll(async () => (await kept()).length).toBe(3)
    await page.context().setOffline(true)
    await page.reload()
    const maze = new MazePage(page)
    await maze.waitUntilThere()
    await maze.paste(EXAMPLE_MAZE)
    await maze.solveButton.click()
    await maze.expectStatus(/^Solved/)
    await maze.expectAtRest()
    expect(isPathOf(EXAMPLE_MAZE, await maze.board())).toBe(true)
    expect(complaints.filter((complaint) => !complaint.includes('ERR_INTERNET_DISCONNECTED'))).toEqual([])
  }))

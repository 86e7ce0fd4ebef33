import { stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { findOverflow, findViolations } from './accessibility.ts'
import { withPage } from './chromium.ts'
import { traceMainThread } from './main-thread.ts'
import { PlaygroundPage } from './playground-page.ts'
import { servePlayground } from './served-playground.ts'
import { serveFolder } from './static-server.ts'

/** Bytes of a first visit: page, scripts, styles, kernel and weights, uncompressed. */
const FIRST_LOAD_BUDGET = 500 * 1024
const PLAYGROUND = new URL('../../dist/playground/', import.meta.url)
const LAYOUT_SHIFT_BUDGET = 0.01

const served = servePlayground()

async function solveSample(page: Page, name: string): Promise<PlaygroundPage> {
  const playground = new PlaygroundPage(page)
  await playground.takeSample(name)
  await playground.solveButton.click()
  await playground.expectStatus(/^(Solved|Not solved)/)
  await playground.expectAtRest()
  return playground
}

describe.each(['light', 'dark'] as const)('in %s colours', (colorScheme) => {
  test(
    'axe finds nothing wrong, WCAG 2.2 AA included: puzzle, steps, guesses, conflicts',
    () =>
      withPage(served.browser, { colorScheme }, async ({ page }) => {
        await page.goto(served.url)
        expect(await findViolations(page)).toEqual([])
        const playground = await solveSample(page, 'Hard')
        expect(await findViolations(page)).toEqual([])
        await playground.thinkFor(16)
        await playground.expectAtRest()
        expect(await findViolations(page)).toEqual([])
        await page.locator('#scrubber').fill('2')
        await expect.poll(() => page.locator('[role=gridcell][data-changed]').count()).toBeGreaterThan(0)
        expect(await findViolations(page)).toEqual([])
        await playground.paste(`77${'.'.repeat(79)}`)
        await playground.solveButton.click()
        await playground.expectStatus(/no valid puzzle/)
        expect(await page.locator('[role=gridcell][data-conflict]').count()).toBe(2)
        expect(await findViolations(page)).toEqual([])
      }),
    180_000,
  )
})

test('axe finds what is wrong: text too pale, a button without a name', () =>
  withPage(served.browser, {}, async ({ page }) => {
    await page.setContent(
      '<!doctype html><html lang="en"><title>x</title><main><h1>x</h1><p style="color: #999">pale</p><button></button></main>',
    )
    const found = await findViolations(page)
    expect(found.map((line) => line.split(' ')[0])).toEqual(['button-name', 'color-contrast'])
  }))

test('360 px wide: nothing sticks out, and what one touches is large enough', () =>
  withPage(
    served.browser,
    { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true },
    async ({ page }) => {
      await page.goto(served.url)
      await solveSample(page, 'Hard')
      await page.getByText('Board as text').tap()
      await page.locator('#use-text').waitFor()
      // Shown where there is a GPU, which this browser does not have.
      await page
        .locator('#gpu-offer, #measure-panel')
        .evaluateAll((offers) => offers.map((offer) => offer.removeAttribute('hidden')))
      const { width, wide } = await findOverflow(page)
      expect(width).toBe(360)
      expect(wide).toEqual([])
      // WCAG 2.2, target size (minimum): 24 px.
      const small = await page
        .locator('main :is(button, select, input, summary, [role=gridcell])')
        .evaluateAll((targets) =>
          targets
            .map((target) => ({ html: target.outerHTML.slice(0, 80), box: target.getBoundingClientRect() }))
            .filter(({ box }) => box.width < 24 || box.height < 24)
            .map(({ html }) => html),
        )
      expect(small).toEqual([])
      // Right below the board lies what moves it through its steps, then the keypad; with Solve all are on one screen.
      const [board, readout, scrubber, keypad, solve] = await Promise.all(
        ['#board', '.readout', '#scrubber', '#keypad', '#solve'].map(
          async (selector) => (await page.locator(selector).boundingBox())!,
        ),
      )
      expect(readout.y - (board.y + board.height)).toBeLessThan(24)
      expect(keypad.y - (scrubber.y + scrubber.height)).toBeLessThan(24)
      expect(solve.y).toBeGreaterThan(keypad.y)
      expect(solve.y + solve.height - board.y).toBeLessThan(740)
      // What one reads of a cell that is still open.
      await new PlaygroundPage(page).thinkFor(16)
      const pencilled = page.locator('.board [data-candidates] .digit').first()
      expect(await pencilled.evaluate((digit) => Number.parseFloat(getComputedStyle(digit).fontSize))).toBeGreaterThan(
        10,
      )
    },
  ))

test.each([
  { width: 1366, height: 768 },
  { width: 1366, height: 650 },
  { width: 1280, height: 720 },
  { width: 1280, height: 900 },
])('a laptop of $width by $height shows board, Solve, its answer and the scrubber at once', (viewport) =>
  withPage(served.browser, { viewport }, async ({ page }) => {
    await page.goto(served.url)
    for (const id of ['#board', '#solve', '#status', '#scrubber']) {
      const { y, height } = (await page.locator(id).boundingBox())!
      expect(y + height, id).toBeLessThanOrEqual(viewport.height)
    }
    const { width, height } = (await page.locator('#board').boundingBox())!
    expect(width).toBeGreaterThan(320)
    expect(Math.abs(width - height)).toBeLessThan(1)
  }),
)

test('no width makes the page scroll sideways, also when it shrinks', () =>
  withPage(served.browser, { viewport: { width: 1400, height: 900 } }, async ({ page }) => {
    await page.goto(served.url)
    for (const width of [1400, 1000, 920, 900, 880, 600, 420, 360, 320]) {
      await page.setViewportSize({ width, height: 900 })
      await expect
        .poll(() => page.evaluate(() => document.documentElement.scrollWidth), { message: `${width}` })
        .toBe(width)
    }
  }))

describe.each([
  { line: 'a fast line', pause: 0 },
  { line: 'a slow one', pause: 60 },
])('nothing jumps while the page loads over $line and while a board is solved', ({ pause }) => {
  test.each([
    { width: 360, height: 740 },
    { width: 412, height: 900 },
    { width: 1280, height: 720 },
    { width: 1280, height: 900 },
  ])('$width by $height', (viewport) =>
    withPage(served.browser, { viewport }, async ({ page }) => {
      const { origin, close } = await serveFolder(fileURLToPath(PLAYGROUND), { pause })
      try {
        await page.addInitScript(() => {
          const shifts: number[] = []
          Object.assign(globalThis, { shifts })
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) shifts.push((entry as unknown as { value: number }).value)
          }).observe({ type: 'layout-shift', buffered: true })
        })
        await page.goto(origin)
        await solveSample(page, 'Easy')
        const total = await page.evaluate(() =>
          (globalThis as unknown as { shifts: number[] }).shifts.reduce((sum, shift) => sum + shift, 0),
        )
        expect(total).toBeLessThan(LAYOUT_SHIFT_BUDGET)
      } finally {
        close()
      }
    }),
  )
})

test(`a first visit stays below ${FIRST_LOAD_BUDGET / 1024} KiB, ready to solve`, () =>
  withPage(served.browser, {}, async ({ page }) => {
    const paths = new Set<string>()
    page.context().on('response', (response) => paths.add(new URL(response.url()).pathname))
    await page.goto(served.url)
    await expect.poll(() => page.locator('#fact-engine').textContent()).toMatch(/^wasm/)
    // What is kept for later counts too: the other kernel, the service worker.
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null)
    const sizes = new Map<string, number>()
    // Of the files as served: what a service worker fetches cannot be read here.
    for (const path of paths)
      sizes.set(path, (await stat(new URL(`.${path.replace(/\/$/, '/index.html')}`, PLAYGROUND))).size)
    const kinds = new Set([...sizes.keys()].map((path) => path.split('.').pop()))
    for (const kind of ['/', 'css', 'js', 'safetensors', 'svg', 'wasm']) expect(kinds).toContain(kind)
    const total = [...sizes.values()].reduce((sum, size) => sum + size, 0)
    console.info(`first visit: ${total} bytes`, Object.fromEntries(sizes))
    expect(total).toBeLessThan(FIRST_LOAD_BUDGET)
  }))

test('the page is never busy for long while it solves', () =>
  withPage(served.browser, {}, async ({ page }) => {
    await page.goto(served.url)
    await expect.poll(() => page.locator('#fact-engine').textContent()).toMatch(/^wasm/)
    const playground = new PlaygroundPage(page)
    await page.getByLabel('Playing speed').selectOption('live')
    const { tasks, limit } = await traceMainThread(page, () => playground.thinkFor(64))
    const sum = tasks.reduce((total, task) => total + task, 0)
    console.info(`main thread while solving: longest task ${tasks[0]} ms, ${tasks.length} tasks of ${sum} ms together`)
    // Without these a trace that measured nothing would pass.
    expect(tasks.length).toBeGreaterThan(100)
    expect(sum).toBeGreaterThan(10)
    expect(tasks[0]).toBeLessThan(limit)
  }))

// Tab goes through the page as it is seen.
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { EXAMPLE_MAZE } from '../../worker/examples.ts'
import { SAMPLE_SETS } from '../../worker/playground/samples.ts'
import { withPage } from './chromium.ts'
import { MazePage } from './maze-page.ts'
import { PlaygroundPage } from './playground-page.ts'
import { servePlayground } from './served-playground.ts'

const PHONE = { width: 360, height: 740 }
/** Height of a row of buttons, px. */
const ROW = 44

const served = servePlayground()

/** Where the Tab key goes from the switch at the top on: id or text, and the place on the page, px. */
async function tabStops(page: Page): Promise<{ name: string; x: number; y: number }[]> {
  await page.getByText('Board as text').click()
  await page.getByRole('link', { name: 'Sudoku' }).focus()
  const stops = []
  for (;;) {
    const stop = await page.evaluate(() => {
      const { activeElement } = document
      const { x, y } = activeElement!.getBoundingClientRect()
      return {
        name: activeElement!.id || activeElement!.textContent!,
        x,
        y: y + scrollY,
        isEnd: activeElement!.closest('footer') !== null,
      }
    })
    if (stop.isEnd) return stops
    stops.push(stop)
    await page.keyboard.press('Tab')
  }
}

test.each([
  { kind: 'a Sudoku', text: SAMPLE_SETS[0].boards[0], keys: '⌫' },
  { kind: 'a maze', text: EXAMPLE_MAZE, keys: 'Draw walls' },
])('in one column Tab never goes back up: $kind', ({ text, keys }) =>
  withPage(served.browser, { viewport: PHONE }, async ({ page }) => {
    await page.goto(served.url)
    const playground = new PlaygroundPage(page)
    await playground.paste(text)
    // The first maze comes once the script for mazes is there; until then Solve solves the Sudoku.
    await playground.expectStatus(/^\w+ taken over/)
    await playground.solveButton.click()
    await playground.expectStatus(/^Solved/)
    await playground.expectAtRest()
    const stops = await tabStops(page)
    for (const [i, { name, y }] of stops.entries()) {
      if (i > 0) expect(y, `${stops[i - 1].name}, then ${name}`).toBeGreaterThan(stops[i - 1].y - ROW)
    }
    const names = stops.map(({ name }) => name)
    expect(names.indexOf('scrubber')).toBeLessThan(names.indexOf(keys))
    expect(names.indexOf(keys)).toBeLessThan(names.indexOf('solve'))
  }),
)

test('beside each other either column is gone through downwards, also after the window was narrow', () =>
  withPage(served.browser, { viewport: PHONE }, async ({ page }) => {
    await page.goto(`${served.url}#maze`)
    const maze = new MazePage(page)
    await maze.waitUntilThere()
    await page.setViewportSize({ width: 1280, height: 900 })
    await expect.poll(() => page.locator('#status ~ #maze-tools').count()).toBe(1)
    await maze.paste(EXAMPLE_MAZE)
    await maze.solveButton.click()
    await maze.expectStatus(/^Solved/)
    await maze.expectAtRest()
    const stops = await tabStops(page)
    const side = (await page.locator('.side').boundingBox())!.x
    for (const column of [stops.filter(({ x }) => x < side), stops.slice(3).filter(({ x }) => x >= side)]) {
      expect(column.length).toBeGreaterThan(5)
      for (const [i, { name, y }] of column.entries()) {
        if (i > 0) expect(y, `${column[i - 1].name}, then ${name}`).toBeGreaterThan(column[i - 1].y - ROW)
      }
    }
  }))

test('what has the focus keeps it where the layout changes, and what stays in its place is not touched', () =>
  withPage(served.browser, { viewport: { width: 1280, height: 900 } }, async ({ page }) => {
    await page.goto(served.url)
    const playground = new PlaygroundPage(page)
    await playground.takeSample('Easy')
    await playground.solveButton.click()
    await playground.expectStatus(/^Solved/)
    await playground.expectAtRest()
    await page.locator('#scrubber').focus()
    const focusedAt = async (width: number, place: string) => {
      await page.setViewportSize({ width, height: 900 })
      await expect.poll(() => page.locator(place).count()).toBe(1)
      await playground.drawn()
      return page.evaluate(() => document.activeElement?.id)
    }
    const [below, beside] = ['.puzzle .transport', '.reasoning .transport']
    expect(await focusedAt(600, below)).toBe('scrubber')
    await page.evaluate(() => {
      const counted = { focused: 0 }
      Object.assign(globalThis, { counted })
      document.addEventListener('focusin', () => counted.focused++)
    })
    // The keypad alone has another place.
    expect(await focusedAt(400, '.transport + #keypad')).toBe('scrubber')
    expect(await page.evaluate(() => (globalThis as unknown as { counted: object }).counted)).toEqual({ focused: 0 })
    expect(await focusedAt(600, '#status + #keypad')).toBe('scrubber')
    expect(await page.evaluate(() => (globalThis as unknown as { counted: object }).counted)).toEqual({ focused: 0 })
    expect(await focusedAt(400, '.transport + #keypad')).toBe('scrubber')
    // Both at once.
    expect(await focusedAt(1280, beside)).toBe('scrubber')
    expect(await focusedAt(360, '.readout + .transport + #keypad')).toBe('scrubber')
    expect(await focusedAt(1280, `${beside} + .chart`)).toBe('scrubber')
  }))

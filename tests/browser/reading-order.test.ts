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

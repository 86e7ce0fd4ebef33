// A puzzle of one kind, brought while the page shows the other.
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { EXAMPLE_MAZE } from '../../worker/examples.ts'
import { SAMPLE_SETS } from '../../worker/playground/samples.ts'
import { MAZE } from '../worker/mazes.ts'
import { holdUp, withPage } from './chromium.ts'
import { MazePage } from './maze-page.ts'
import { PlaygroundPage } from './playground-page.ts'
import { servePlayground } from './served-playground.ts'

const SUDOKU = SAMPLE_SETS[0].boards[0]
/** A link, and what its maze is. */
const LINK = '#maze=3x3.AAA.0.8'
const LINKED_MAZE = 'S  \n   \n  G'

const served = servePlayground()
const { visit } = served

const currentKind = (page: Page) => page.locator('.kinds [aria-current]').textContent()

describe('a puzzle of the other kind turns the page to it', () => {
  visit('pasted', async ({ page, playground }) => {
    const maze = new MazePage(page)
    await playground.paste(MAZE)
    await playground.expectStatus(/^Maze taken over\. A way leads/)
    await expect.poll(() => maze.question()).toBe(MAZE)
    expect(await currentKind(page)).toBe('Maze')
    await maze.paste(SUDOKU)
    await playground.expectStatus(/^Board taken over: \d+ givens\.$/)
    await expect.poll(() => playground.givens()).toBe(SUDOKU)
    expect(await currentKind(page)).toBe('Sudoku')
    // What is neither stays with the kind that is there.
    await playground.paste('hello')
    await playground.expectStatus(/^That is not a board\. “h” is no Sudoku symbol/)
  })

  visit('written as text', async ({ page, playground }) => {
    const maze = new MazePage(page)
    const use = async (text: string) => {
      await page.getByText('Board as text').click()
      await page.locator('#board-text').fill(text)
      await page.getByRole('button', { name: 'Use this board' }).click()
    }
    await use(MAZE)
    await playground.expectStatus(/^Maze taken over\./)
    await expect.poll(() => maze.question()).toBe(MAZE)
    await expect.poll(() => page.evaluate(() => document.activeElement?.ariaLabel)).toMatch(/^row 1, column 1, free/)
    await use(SUDOKU)
    await playground.expectStatus(/^Board taken over/)
    await expect.poll(() => playground.givens()).toBe(SUDOKU)
  })

  visit('not where it cannot be used: the panel keeps the text and says why', async ({ page, playground }) => {
    const url = page.url()
    const givens = await playground.givens()
    await page.getByText('Board as text').click()
    const use = page.getByRole('button', { name: 'Use this board' })
    const size = Array(50).fill(' '.repeat(50)).join('\n')
    for (const text of ['S    \n    G', `S${size.slice(1, -1)}G`]) {
      await page.locator('#board-text').fill(text)
      await use.click()
      await playground.expectStatus(/^That is not a maze\. .*3 to 45 rows/)
      await playground.drawn()
      expect(await page.locator('#text-problem').textContent()).toMatch(/3 to 45 rows/)
      expect(await page.locator('#board-text').inputValue()).toBe(text)
      expect(await use.evaluate((button) => button === document.activeElement)).toBe(true)
      expect(await currentKind(page)).toBe('Sudoku')
      expect(await playground.givens()).toBe(givens)
      expect(page.url()).toBe(url)
    }
  })

  visit('from a file', async ({ page, playground }) => {
    const maze = new MazePage(page)
    const choose = async (text: string) => {
      if (!(await page.locator('#file').isVisible())) await page.getByText('Board as text').click()
      const buffer = Buffer.from(text)
      await page.getByLabel(/^Or a file/).setInputFiles({ name: 'mine.txt', mimeType: 'text/plain', buffer })
    }
    await choose(MAZE.replaceAll(' ', '.'))
    await playground.expectStatus(/^mine\.txt taken over\. A way leads/)
    await expect.poll(() => maze.question()).toBe(MAZE)
    await choose(`${EXAMPLE_MAZE}\n\n${MAZE}\n`)
    await playground.expectStatus(/^First maze of mine\.txt taken over\./)
    await expect.poll(() => maze.question()).toBe(EXAMPLE_MAZE)
    await choose('S##\n# #\n###\n')
    await playground.expectStatus(/^That is not a maze\. A maze has one G; this one has 0\.$/)
    await expect.poll(() => maze.question()).toBe(EXAMPLE_MAZE)
    await choose(`${SUDOKU}\n`)
    await playground.expectStatus(/^Board 1 of 1\./)
    await expect.poll(() => playground.givens()).toBe(SUDOKU)
  })
})

describe('what had the focus and is of the other kind leaves it to the board', () => {
  const focused = (page: Page) => page.evaluate(() => document.activeElement?.ariaLabel)

  visit('a file field that was used by keys', async ({ page }) => {
    const input = page.locator('#file')
    const choose = async (text: string) => {
      await page.getByText('Board as text').click()
      await input.focus()
      await input.setInputFiles({ name: 'mine.txt', mimeType: 'text/plain', buffer: Buffer.from(text) })
    }
    await choose(MAZE)
    await expect.poll(() => focused(page)).toMatch(/^row 1, column 1, free/)
    await choose(`${SUDOKU}\n`)
    await expect.poll(() => focused(page)).toMatch(/^row 1, column 1, (given|empty)/)
  })

  visit('a cell into which a puzzle was pasted', async ({ page, playground }) => {
    await playground.cell(3, 3).click()
    await playground.paste(MAZE)
    await expect.poll(() => focused(page)).toMatch(/^row 1, column 1, free/)
    await playground.paste(SUDOKU)
    await expect.poll(() => focused(page)).toMatch(/^row 3, column 3, /)
  })
})

describe('what is done while the page waits for its script for mazes', () => {
  /** A test on a Sudoku page; its script for mazes comes when `arrive` is called, which waits until it is there. */
  const visitWaiting = (name: string, use: (maze: MazePage, arrive: () => Promise<void>) => Promise<void>, hash = '') =>
    // What a service worker fetches cannot be held up.
    test(name, () =>
      withPage(served.browser, { serviceWorkers: 'block' }, async ({ page, complaints }) => {
        const go = await holdUp(page, '**/maze-*.js')
        await page.goto(`${served.url}${hash}`)
        await use(new MazePage(page), async () => {
          go()
          await expect.poll(() => page.locator('#maze-board').count()).toBe(1)
        })
        expect(complaints).toEqual([])
      }),
    )
  const choose = (page: Page, name: string, text: string) =>
    page.locator('#file').setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(text) })

  visitWaiting('a text that came too late for another puzzle stays, and why', async (maze, arrive) => {
    const { page } = maze
    await page.getByText('Board as text').click()
    await page.locator('#board-text').fill(MAZE)
    await page.getByRole('button', { name: 'Use this board' }).click()
    await maze.takeSample('Easy')
    await arrive()
    await expect.poll(() => page.locator('#text-problem').textContent()).toMatch(/^Something else was chosen meanwhile/)
    expect(await page.locator('#board-text').inputValue()).toBe(MAZE)
    expect(await maze.status.textContent()).toMatch(/^Easy puzzle 1 of/)
    expect(await currentKind(page)).toBe('Sudoku')
    await page.getByRole('button', { name: 'Use this board' }).click()
    await expect.poll(() => maze.question()).toBe(MAZE)
  })

  visitWaiting('of files the newest counts, also where it is of no use', async (maze, arrive) => {
    const { page } = maze
    await page.getByText('Board as text').click()
    const asked = page.waitForRequest('**/maze-*.js')
    await choose(page, 'maze.txt', MAZE)
    await asked
    await choose(page, 'bad.txt', '12')
    await maze.expectStatus(/^That file is of no use\. bad\.txt/)
    await arrive()
    expect(await maze.status.textContent()).toMatch(/^That file is of no use\. bad\.txt/)
    expect(await currentKind(page)).toBe('Sudoku')
  })

  visitWaiting(
    'the maze of a link comes, whatever file is of no use meanwhile',
    async (maze, arrive) => {
      const { page } = maze
      await choose(page, 'bad.txt', '12')
      await maze.expectStatus(/^That file is of no use\. bad\.txt/)
      await arrive()
      await maze.expectStatus(/^Maze of the link taken over\./)
      expect(await maze.question()).toBe(LINKED_MAZE)
      expect(await currentKind(page)).toBe('Maze')
    },
    LINK,
  )

  visitWaiting(
    'where the maze of a link came too late the address names the board that is there',
    async (maze, arrive) => {
      const { page } = maze
      await maze.paste('S    \n    G')
      await arrive()
      await maze.expectStatus(/^That is not a maze\./)
      expect(await currentKind(page)).toBe('Sudoku')
      expect(page.url()).toContain(`#board=${await new PlaygroundPage(page).givens()}`)
    },
    LINK,
  )

  const wishes = {
    'a file': (page: Page) => choose(page, 'maze.txt', MAZE),
    'a click on Maze': (page: Page) => page.getByRole('link', { name: 'Maze' }).click(),
  }
  for (const [wish, make] of Object.entries(wishes)) {
    visitWaiting(`${wish} survives another seed and budget`, async (maze, arrive) => {
      const { page } = maze
      const asked = page.waitForRequest('**/maze-*.js')
      await make(page)
      await asked
      await page.getByLabel('Seed').fill('7')
      await page.getByLabel('Steps at most').selectOption('64')
      await expect.poll(() => page.url()).toMatch(/#board=.*&steps=64&seed=7$/)
      await arrive()
      await maze.waitUntilThere()
      expect(page.url()).toMatch(/#maze=.*&steps=64&seed=7$/)
      if (wish === 'a file') expect(await maze.question()).toBe(MAZE)
    })
  }

  visitWaiting('a file that came too late for another puzzle says so', async (maze, arrive) => {
    const { page } = maze
    const asked = page.waitForRequest('**/maze-*.js')
    await wishes['a file'](page)
    await asked
    await maze.takeSample('Easy')
    await arrive()
    await maze.expectStatus(/^Something else was chosen meanwhile\.$/)
    expect(await new PlaygroundPage(page).givens()).toBe(SUDOKU)
    expect(await currentKind(page)).toBe('Sudoku')
  })

  const brought = { 'a file': wishes['a file'], 'a paste': (page: Page) => new PlaygroundPage(page).paste(MAZE) }
  for (const [what, bring] of Object.entries(brought)) {
    visitWaiting(`a solve that began while mazes were loaded stays, whatever ${what} brought`, async (maze, arrive) => {
      const { page } = maze
      const playground = new PlaygroundPage(page)
      await playground.takeSample('Easy')
      const asked = page.waitForRequest('**/maze-*.js')
      await bring(page)
      await asked
      await playground.solveButton.click()
      await playground.expectStatus(/^Solved/)
      await arrive()
      await playground.expectStatus(/^Something else was chosen meanwhile\.$/)
      expect(await currentKind(page)).toBe('Sudoku')
      expect(await page.locator('#scrubber').isDisabled()).toBe(false)
    })
  }

  visitWaiting('of two mazes the newest counts, and so does the way back', async (maze, arrive) => {
    const { page } = maze
    await page.getByRole('link', { name: 'Maze' }).click()
    await page.getByRole('link', { name: 'Sudoku' }).click()
    await expect.poll(() => page.url()).toContain('#board=')
    await maze.paste(EXAMPLE_MAZE)
    await maze.paste(MAZE)
    await arrive()
    await maze.expectStatus(/^Maze taken over/)
    await expect.poll(() => maze.question()).toBe(MAZE)
  })

  visitWaiting('who goes back stays there', async (maze, arrive) => {
    const { page } = maze
    await page.getByRole('link', { name: 'Maze' }).click()
    await page.getByRole('link', { name: 'Sudoku' }).click()
    await arrive()
    await maze.drawn()
    expect(await currentKind(page)).toBe('Sudoku')
    expect(page.url()).toContain('#board=')
  })
})

import { readFile } from 'node:fs/promises'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serve } from '../../worker/node.ts'
import { countSolutions } from '../../worker/playground/generate.ts'
import { SAMPLE_SETS } from '../../worker/playground/samples.ts'
import { launchChromium, withPage } from './chromium.ts'
import { findLowContrast } from './contrast.ts'
import { expectSolution, PlaygroundPage } from './playground-page.ts'

const EASY = SAMPLE_SETS[0].boards[0]
const HARD = SAMPLE_SETS[2].boards[0]
const EXTREME = SAMPLE_SETS[3].boards.at(-1)!

let server: Awaited<ReturnType<typeof serve>>
let browser: Browser
beforeAll(async () => {
  server = await serve({ port: 0, log: () => {} })
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
  await server?.close()
})

/** A test on a freshly opened page, that also fails for any complaint on the console. */
function visit(name: string, use: (page: Page, playground: PlaygroundPage) => Promise<void>) {
  test(name, () =>
    withPage(browser, { viewport: { width: 1200, height: 900 } }, async ({ page, complaints }) => {
      await page.goto(`http://127.0.0.1:${server.port}/`)
      await use(page, new PlaygroundPage(page))
      expect(complaints).toEqual([])
    }),
  )
}

describe('comparing here with the edge', () => {
  const note = (page: Page) => page.locator('#compare-note')

  visit('shows status, steps and time side by side, and that both agree to the bit', async (page, playground) => {
    await playground.paste(EXTREME)
    await page.getByLabel('Steps at most').selectOption('16')
    await page.getByRole('button', { name: 'Compare' }).click()
    await expect
      .poll(() => note(page).textContent(), { timeout: 45_000 })
      .toMatch(/^Both read the same board, with the same confidence to four digits, in (all )?\d+ steps\.$/)
    const rows = await page.locator('#compare-rows tr').allInnerTexts()
    expect(rows.map((row) => row.split(/\s*\t\s*/).slice(0, 3))).toEqual([
      ['here', 'unsolved', '16'],
      ['at the edge', 'unsolved', '16'],
    ])
    for (const row of rows) expect(row).toMatch(/\d+ ms$|\d s$/)
    expect(await page.evaluate(findLowContrast)).toEqual([])
    // Another puzzle: the old comparison says nothing of it.
    await playground.takeSample('Easy')
    expect(await page.locator('#compare-rows tr').count()).toBe(0)
  })

  visit('can be stopped', async (page, playground) => {
    await playground.paste(EXTREME)
    await page.getByLabel('Steps at most').selectOption('4096')
    await page.getByRole('button', { name: 'Compare' }).click()
    await expect.poll(() => note(page).textContent()).toBe('Solving here …')
    await page.getByRole('button', { name: 'Stop' }).click()
    await expect.poll(() => note(page).textContent()).toBe('Stopped.')
  })
})

describe('saving', () => {
  visit('all steps as JSON', async (page, playground) => {
    await playground.takeSample('Hard')
    const save = page.getByRole('button', { name: 'Save all steps (JSON)' })
    expect(await save.isDisabled()).toBe(true)
    await playground.solveButton.click()
    await playground.expectStatus(/^Solved/)
    const [download] = await Promise.all([page.waitForEvent('download'), save.click()])
    expect(download.suggestedFilename()).toBe('hrm-edge-solve.json')
    const saved = JSON.parse(await readFile(await download.path(), 'utf8'))
    expect(saved).toMatchObject({ format: 'hrm-edge solve 1', puzzle: HARD, where: 'page', maxSteps: 256, seed: 0 })
    expectSolution(saved.result.solution, HARD)
    expect(saved.steps).toHaveLength(saved.result.steps)
    expect(saved.steps.at(-1)).toMatchObject({ board: saved.result.solution, done: true })
  })

  visit('the board as PNG', async (page, playground) => {
    await playground.takeSample('Hard')
    const save = page.getByRole('button', { name: 'Save board (PNG)' })
    const take = async () => {
      const [download] = await Promise.all([page.waitForEvent('download'), save.click()])
      expect(download.suggestedFilename()).toBe('hrm-edge-board.png')
      return readFile(await download.path())
    }
    const puzzle = await take()
    expect(puzzle.subarray(1, 4).toString()).toBe('PNG')
    expect([puzzle.readUInt32BE(16), puzzle.readUInt32BE(20)]).toEqual([768, 768])
    await playground.solveButton.click()
    await playground.expectStatus(/^Solved/)
    await playground.expectAtRest()
    expect((await take()).equals(puzzle)).toBe(false)
  })
})

describe('boards from elsewhere', () => {
  /** Lets a file fall on the page. */
  const drop = (page: Page, text: string) =>
    page.evaluate((text) => {
      const dataTransfer = new DataTransfer()
      dataTransfer.items.add(new File([text], 'mine.csv', { type: 'text/csv' }))
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }))
    }, text)

  visit('a dropped CSV becomes a chip that goes through its boards', async (page, playground) => {
    await drop(page, `question,answer\n${EASY},x\n${HARD},y\n`)
    await expect.poll(() => playground.givens()).toBe(EASY)
    await playground.expectStatus(/^Board 1 of 2\./)
    await playground.takeSample('mine.csv')
    await expect.poll(() => playground.givens()).toBe(HARD)
    expect(await page.locator('#source').textContent()).toBe('mine.csv (2 of 2)')
    await drop(page, `${EXTREME}\n`)
    await expect.poll(() => playground.givens()).toBe(EXTREME)
    expect(await page.getByRole('button', { name: 'mine.csv' }).count()).toBe(1)
  })

  visit(
    'a chosen file works too; a bad one is refused with its line, and changes nothing',
    async (page, playground) => {
      await page.getByText('Board as text').click()
      const choose = (text: string) =>
        page.locator('#file').setInputFiles({ name: 'boards.txt', mimeType: 'text/plain', buffer: Buffer.from(text) })
      await choose(`${HARD}\n`)
      await expect.poll(() => playground.givens()).toBe(HARD)
      await choose(`${EASY}\n12\n`)
      await playground.expectStatus(/^That file is of no use\. boards\.txt, line 2: That is 2 cells/)
      expect(await playground.givens()).toBe(HARD)
    },
  )

  visit('a generated puzzle has one solution', async (page, playground) => {
    await playground.takeSample('Generated')
    await playground.expectStatus(/^A new puzzle with \d+ givens\./)
    const board = await playground.givens()
    expect(countSolutions(board)).toBe(1)
    await playground.takeSample('Generated')
    await expect.poll(() => playground.givens()).not.toBe(board)
    expect(await page.locator('#source').textContent()).toMatch(/^Made in this page/)
  })
})

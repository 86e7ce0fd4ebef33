import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { countSolutions } from '../../worker/playground/generate.ts'
import { SAMPLE_SETS } from '../../worker/playground/samples.ts'
import { ENDLESS } from '../helpers/boards.ts'
import type { PlaygroundPage } from './playground-page.ts'
import { servePlayground } from './served-playground.ts'

const EASY = SAMPLE_SETS[0].boards[0]
const HARD = SAMPLE_SETS[2].boards[0]

const { visit } = servePlayground()

describe('boards from elsewhere', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hrm-edge-boards-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  /** Drags a file over the board, as from the desktop, and lets it fall. */
  async function drop(page: Page, text: string): Promise<void> {
    const file = join(folder, 'mine.csv')
    await writeFile(file, text)
    const session = await page.context().newCDPSession(page)
    const { x, y } = (await page.locator('#board').boundingBox())!
    const at = { x: x + 50, y: y + 50, data: { items: [], files: [file], dragOperationsMask: 1 } }
    await session.send('Input.dispatchDragEvent', { type: 'dragEnter', ...at })
    await session.send('Input.dispatchDragEvent', { type: 'dragOver', ...at })
    await expect.poll(() => page.locator('[data-dropping]').count()).toBe(1)
    await session.send('Input.dispatchDragEvent', { type: 'drop', ...at })
    await expect.poll(() => page.locator('[data-dropping]').count()).toBe(0)
  }

  visit('a dropped CSV becomes a chip that goes through its boards', async ({ page, playground }) => {
    await drop(page, `question,answer\n${EASY},x\n${HARD},y\n`)
    await expect.poll(() => playground.givens()).toBe(EASY)
    await playground.expectStatus(/^Board 1 of 2\./)
    await playground.takeSample('mine.csv')
    await expect.poll(() => playground.givens()).toBe(HARD)
    expect(await page.locator('#source').textContent()).toBe('mine.csv (2 of 2)')
    await drop(page, `${ENDLESS}\n`)
    await expect.poll(() => playground.givens()).toBe(ENDLESS)
    expect(await page.getByRole('button', { name: 'mine.csv' }).count()).toBe(1)
  })

  visit('the chip of a file that another took the place of leaves it the focus', async ({ page, playground }) => {
    const chip = page.getByRole('button', { name: 'mine.csv' })
    const isFocused = () => chip.evaluate((button) => button === document.activeElement)
    await drop(page, `${EASY}\n`)
    await chip.focus()
    await drop(page, `${HARD}\n`)
    await expect.poll(() => playground.givens()).toBe(HARD)
    expect(await isFocused()).toBe(true)
    await playground.cell(1, 1).focus()
    await drop(page, `${EASY}\n`)
    await expect.poll(() => playground.givens()).toBe(EASY)
    expect(await isFocused()).toBe(false)
  })

  visit(
    'a chosen file works too; a bad one is refused with its line, and changes nothing',
    async ({ page, playground }) => {
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

  /** Files take until they are let go. @returns what lets the first of those that wait go */
  async function holdFiles(page: Page): Promise<() => Promise<void>> {
    await page.evaluate(() => {
      const { text } = File.prototype
      const held: (() => void)[] = []
      File.prototype.text = async function () {
        await new Promise<void>((go) => held.push(go))
        return text.call(this)
      }
      Object.assign(globalThis, { letGo: () => held.shift()!() })
    })
    return () => page.evaluate(() => (globalThis as unknown as { letGo(): void }).letGo())
  }

  visit('of files opened one after the other the newest counts', async ({ page, playground }) => {
    const letGo = await holdFiles(page)
    const before = await playground.givens()
    for (const [name, text] of Object.entries({ good: EASY, bad: '12', newest: HARD })) {
      await page.locator('#file').setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(text) })
      await playground.expectStatus(new RegExp(`^Reading ${name} …$`))
    }
    await letGo()
    await letGo()
    // As long as either would take to be shown.
    await page.evaluate(() => new Promise((passed) => setTimeout(passed, 100)))
    expect(await playground.status.textContent()).toBe('Reading newest …')
    expect(await playground.givens()).toBe(before)
    await letGo()
    await playground.expectStatus(/^Board 1 of 1\./)
    expect(await playground.givens()).toBe(HARD)
  })

  const meanwhile = {
    typed: (playground: PlaygroundPage) => playground.cell(1, 1).press('Delete'),
    solved: async (playground: PlaygroundPage) => {
      await playground.solveButton.click()
      await playground.expectStatus(/^Solved/)
      await playground.expectAtRest()
    },
    'turned to': async (playground: PlaygroundPage) => {
      await playground.page.getByRole('link', { name: 'Maze' }).click()
      await playground.expectStatus(/^Press Solve, or draw/)
    },
  }
  for (const [what, act] of Object.entries(meanwhile)) {
    visit(`what was ${what} while a file was read stays`, async ({ page, playground }) => {
      await playground.paste(EASY)
      const letGo = await holdFiles(page)
      const buffer = Buffer.from(`${HARD}\n`)
      await page.locator('#file').setInputFiles({ name: 'late.txt', mimeType: 'text/plain', buffer })
      await playground.expectStatus(/^Reading late\.txt …$/)
      await act(playground)
      const [url, board, step] = [
        page.url(),
        await playground.board(),
        await page.locator('#readout-step').textContent(),
      ]
      await letGo()
      await playground.expectStatus(/^Something else was chosen meanwhile\.$/)
      expect(await playground.board()).toBe(board)
      expect(await page.locator('#readout-step').textContent()).toBe(step)
      expect(page.url()).toBe(url)
    })
  }

  visit('while a large file is read the page has its turn again and again', async ({ page, playground }) => {
    await holdFiles(page)
    const buffer = Buffer.from(`question\n${`${EASY}\n`.repeat(100_000)}`)
    await page.locator('#file').setInputFiles({ name: 'large.csv', mimeType: 'text/csv', buffer })
    await playground.expectStatus(/^Reading large\.csv …$/)
    await page.evaluate(() => {
      const counted = { turns: 0 }
      const turn = () => {
        if (!document.getElementById('status')!.textContent!.startsWith('Reading')) return
        counted.turns++
        setTimeout(turn)
      }
      setTimeout(turn)
      Object.assign(globalThis, { counted })
      ;(globalThis as unknown as { letGo(): void }).letGo()
    })
    await playground.expectStatus(/^Board 1 of 100000\./)
    const turns = await page.evaluate(() => (globalThis as unknown as { counted: { turns: number } }).counted.turns)
    expect(turns).toBeGreaterThan(20)
  })

  visit('a generated puzzle has one solution', async ({ page, playground }) => {
    await playground.takeSample('Generated')
    await playground.expectStatus(/^A new puzzle with \d+ givens\./)
    const board = await playground.givens()
    expect(countSolutions(board)).toBe(1)
    await playground.takeSample('Generated')
    await expect.poll(() => playground.givens()).not.toBe(board)
    expect(await page.locator('#source').textContent()).toMatch(/^Made in this page/)
  })
})

import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { countSolutions } from '../../worker/playground/generate.ts'
import { SAMPLE_SETS } from '../../worker/playground/samples.ts'
import { launchChromium, withPage } from './chromium.ts'
import { findLowContrast } from './contrast.ts'
import { expectSolution, PlaygroundPage } from './playground-page.ts'
import { servePlayground } from './served-playground.ts'

const EASY = SAMPLE_SETS[0].boards[0]
const HARD = SAMPLE_SETS[2].boards[0]
const EXTREME = SAMPLE_SETS[3].boards.at(-1)!

const served = servePlayground()
const { visit } = served

describe('comparing here with the edge', () => {
  const note = (page: Page) => page.locator('#compare-note')

  visit('shows status, steps and time side by side, and that both agree to the bit', async ({ page, playground }) => {
    await playground.paste(EXTREME)
    await page.getByLabel('Steps at most').selectOption('16')
    await page.getByRole('button', { name: 'Compare' }).click()
    const rows = page.locator('#compare-rows tr')
    await expect.poll(() => rows.count(), { timeout: 45_000 }).toBe(2)
    const cells = (await rows.allInnerTexts()).map((row) => row.split(/\s*\t\s*/))
    expect(cells.map(([place, status, steps]) => [place, status, steps])).toEqual([
      ['here', 'unsolved', '16'],
      ['at the edge', 'unsolved', '16'],
    ])
    for (const [, , , time] of cells) expect(time).toMatch(/ m?s$/)
    expect(cells[1][4]).toMatch(/^in (all )?\w+ steps?$/)
    expect(await page.evaluate(findLowContrast)).toEqual([])
    // Another puzzle: the old comparison says nothing of it.
    await playground.takeSample('Easy')
    expect(await rows.count()).toBe(0)
  })

  test('takes the GPU in where there is one, from files of the service alone', async () => {
    const withGpu = await launchChromium({ webgpu: true })
    try {
      await withPage(withGpu, {}, async ({ page, complaints }) => {
        const elsewhere: string[] = []
        page.on('request', (request) => {
          if (new URL(request.url()).port !== new URL(served.url).port) elsewhere.push(request.url())
        })
        await page.goto(served.url)
        const playground = new PlaygroundPage(page)
        await playground.takeSample('Easy')
        await page.getByRole('checkbox', { name: /on the GPU here/ }).check()
        await page.getByRole('button', { name: 'Compare' }).click()
        const rows = page.locator('#compare-rows tr')
        await expect.poll(() => rows.count(), { timeout: 200_000 }).toBe(3)
        const last = (await rows.allInnerTexts())[2].split(/\s*\t\s*/)
        expect(last.slice(0, 2)).toEqual(['on the GPU here', 'solved'])
        // It rounds otherwise than the CPU does; how much so is its own tests' matter.
        expect(last[4]).toMatch(/^in (.* steps?|every digit; confidence differs .*|\d+\.\d% of all digits; .*)$/)
        expect(elsewhere).toEqual([])
        expect(complaints).toEqual([])
      })
    } finally {
      await withGpu.close()
    }
    // On the software adapter the shaders take most of a minute to compile.
  }, 240_000)

  visit('without WebGPU does not offer it', async ({ page }) => {
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null)
    expect(await page.getByRole('checkbox', { name: /on the GPU here/ }).isVisible()).toBe(false)
  })

  visit('can be stopped', async ({ page, playground }) => {
    await playground.paste(EXTREME)
    await page.getByLabel('Steps at most').selectOption('4096')
    await page.getByRole('button', { name: 'Compare' }).click()
    await expect.poll(() => note(page).textContent()).toBe('Solving here …')
    await page.getByRole('button', { name: 'Stop' }).click()
    await expect.poll(() => note(page).textContent()).toBe('Stopped.')
  })
})

describe('saving', () => {
  visit('all steps as JSON', async ({ page, playground }) => {
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

  visit('the board as PNG', async ({ page, playground }) => {
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

  visit('a dropped CSV becomes a chip that goes through its boards', async ({ page, playground }) => {
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

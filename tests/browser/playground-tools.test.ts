import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { SAMPLE_SETS } from '../../worker/playground/samples.ts'
import { ENDLESS } from '../helpers/boards.ts'
import { withCycles } from '../helpers/with-cycles.ts'
import { findViolations } from './accessibility.ts'
import { launchChromium, withPage } from './chromium.ts'
import { PlaygroundPage } from './playground-page.ts'
import { servePlayground } from './served-playground.ts'

const EASY = SAMPLE_SETS[0].boards[0]

const served = servePlayground()
const { visit } = served

/** As the table stands before a comparison. */
const EMPTY_ROWS = ['here', 'at the edge'].map((place) => [place, ...Array(4).fill('–')].join('\t'))

/**
 * A page with a GPU and, in place of the shipped weights, those of half the width, in helpings of one cycle instead of
 * seven: the software adapter takes most of a minute for such a step of a 9x9 board. Nothing may come from elsewhere, and
 * nothing may be complained of.
 */
async function withGpuPage(use: (opened: { page: Page; playground: PlaygroundPage }) => Promise<void>): Promise<void> {
  const weights = (name: string) => readFile(new URL(`../../model/weights/${name}.safetensors`, import.meta.url))
  const shipped = await weights('sudoku')
  const lighter = Buffer.from(withCycles(await weights('sudoku-1k'), 1))
  const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
  const browser = await launchChromium({ webgpu: true })
  try {
    // The service worker would see that these are not the files it knows.
    await withPage(browser, { serviceWorkers: 'block' }, async ({ page, complaints }) => {
      const elsewhere: string[] = []
      page.on('request', (request) => {
        if (new URL(request.url()).port !== new URL(served.url).port) elsewhere.push(request.url())
      })
      await page.route(/\/sudoku-\w+\.safetensors$/, (route) => route.fulfill({ body: lighter }))
      await page.route(/\/(app|gpu)-\w+\.js$/, async (route) => {
        const response = await route.fetch()
        await route.fulfill({ response, body: (await response.text()).replaceAll(hash(shipped), hash(lighter)) })
      })
      await page.goto(served.url)
      await use({ page, playground: new PlaygroundPage(page) })
      expect(elsewhere).toEqual([])
      expect(complaints).toEqual([])
    })
  } finally {
    await browser.close()
  }
}

describe('comparing here with the edge', () => {
  const compare = (page: Page) => page.getByRole('button', { name: 'Compare', exact: true })
  const note = (page: Page) => page.locator('#compare-note')

  visit('shows status, steps and time side by side, and that both agree to the bit', async ({ page, playground }) => {
    await playground.paste(ENDLESS)
    await page.getByLabel('Steps at most').selectOption('16')
    const rows = page.locator('#compare-rows tr')
    expect(await rows.allInnerTexts()).toEqual(EMPTY_ROWS)
    await compare(page).click()
    await expect.poll(() => note(page).textContent(), { timeout: 45_000 }).toMatch(/^To agree/)
    const cells = (await rows.allInnerTexts()).map((row) => row.split(/\s*\t\s*/))
    expect(cells.map(([place, status, steps]) => [place, status, steps])).toEqual([
      ['here', 'unsolved', '16'],
      ['at the edge', 'unsolved', '16'],
    ])
    for (const [, , , time] of cells) expect(time).toMatch(/ m?s$/)
    expect(cells[1][4]).toMatch(/^in (all )?\w+ steps?$/)
    expect(await findViolations(page)).toEqual([])
    // Another puzzle: the old comparison says nothing of it.
    await playground.takeSample('Easy')
    expect(await rows.allInnerTexts()).toEqual(EMPTY_ROWS)
  })

  test('takes the GPU in where there is one, from files of the service alone', async () => {
    await withGpuPage(async ({ page, playground }) => {
      await page.evaluate(() => {
        const { requestDevice } = GPUAdapter.prototype
        const devices: GPUDevice[] = []
        GPUAdapter.prototype.requestDevice = async function (descriptor) {
          const device = await requestDevice.call(this, descriptor)
          devices.push(device)
          return device
        }
        Object.assign(globalThis, { devices })
      })
      const devices = () => page.evaluate(() => (globalThis as unknown as { devices: GPUDevice[] }).devices.length)
      await playground.takeSample('Easy')
      await page.getByRole('checkbox', { name: /on the GPU here/ }).check()
      await compare(page).click()
      await expect.poll(() => note(page).textContent(), { timeout: 80_000 }).toBe('Solving on the GPU here …')
      // It gets ready for a minute, which nobody has to wait for.
      await page.getByRole('button', { name: 'Stop' }).click()
      await expect.poll(() => note(page).textContent()).toBe('Stopped.')
      await compare(page).click()
      const rows = page.locator('#compare-rows tr')
      await expect.poll(() => note(page).textContent(), { timeout: 400_000 }).toMatch(/^To agree/)
      const last = (await rows.allInnerTexts())[2].split(/\s*\t\s*/)
      expect(last.slice(0, 2)).toEqual(['on the GPU here', 'solved'])
      // It rounds otherwise than the CPU does; how much so is its own tests' matter.
      expect(last[4]).toMatch(/^in (.* steps?|every digit; confidence differs .*|\d+\.\d% of all digits; .*)$/)

      // Wasm, which takes over from a lost device elsewhere, must not pass for the GPU.
      await page.evaluate(() => (globalThis as unknown as { devices: GPUDevice[] }).devices[0].destroy())
      await compare(page).click()
      await expect.poll(() => note(page).textContent()).toMatch(/^The solver failed\. .* lost/)
      const [here, , gpu] = (await rows.allInnerTexts()).map((row) => row.split(/\s*\t\s*/))
      expect([here[1], gpu[0], gpu[1]]).toEqual(['solved', 'on the GPU here', '–'])
      expect(await devices()).toBe(1)
      await compare(page).click()
      await expect.poll(devices).toBe(2)
      await expect.poll(() => note(page).textContent()).toBe('Solving on the GPU here …')
      await page.getByRole('button', { name: 'Stop' }).click()
    })
    // On the software adapter the shaders take most of a minute to compile, on a machine that does other things minutes.
  }, 450_000)

  visit('without WebGPU does not offer it', async ({ page }) => {
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null)
    expect(await page.getByRole('checkbox', { name: /on the GPU here/ }).isVisible()).toBe(false)
    expect(await page.getByRole('button', { name: 'Measure the GPU' }).isVisible()).toBe(false)
  })

  visit('can be stopped', async ({ page, playground }) => {
    await playground.paste(ENDLESS)
    await page.getByLabel('Steps at most').selectOption('1024')
    await compare(page).click()
    await expect.poll(() => note(page).textContent()).toBe('Solving here …')
    // One thing at a time.
    for (const name of ['Solve', 'Compare with float32']) {
      await expect.poll(() => page.getByRole('button', { name }).isDisabled()).toBe(true)
    }
    await page.getByRole('button', { name: 'Stop' }).click()
    await expect.poll(() => note(page).textContent()).toBe('Stopped.')
    await expect.poll(() => playground.solveButton.isEnabled()).toBe(true)
  })
})

test('measures batches on the GPU, tells of each at once, and can be stopped', async () => {
  await withGpuPage(async ({ page }) => {
    const note = page.locator('#measure-note')
    await page.getByRole('button', { name: 'Measure the GPU' }).click()
    await expect.poll(() => note.textContent(), { timeout: 80_000 }).toBe('Timing one board …')
    await expect.poll(() => note.textContent(), { timeout: 400_000 }).not.toBe('Timing one board …')
    expect(await note.textContent()).toMatch(/^Timing 8 boards at once …$|SwiftShader.*\(software\)/i)
    const [batch, ...rates] = await page.locator('#measure-rows tr').first().locator('td').allTextContents()
    expect(batch).toBe('1')
    for (const rate of rates) expect(Number(rate)).toBeGreaterThan(0)
    expect(await findViolations(page)).toEqual([])
    const stop = page.getByRole('button', { name: 'Stop' })
    if (await stop.isVisible()) {
      await stop.click()
      await expect.poll(() => note.textContent()).toBe('Stopped.')
    }
  })
}, 500_000)

describe('comparing int8 with float32', () => {
  const button = (page: Page) => page.getByRole('button', { name: 'Compare with float32' })
  const note = (page: Page) => page.locator('#precision-note')
  const rows = (page: Page) => page.locator('#precision-rows tr')

  visit('tells of every step how far apart they are, and which of them solves it', async ({ page, playground }) => {
    await playground.takeSample('Easy')
    await button(page).click()
    await expect
      .poll(() => note(page).textContent(), { timeout: 80_000 })
      .toMatch(/ A step takes [\d.]+ m?s in int8, [\d.]+ m?s in float32\.$/)
    // What they come to, and after how many steps, is the model's matter; an easy board both must solve.
    expect(await note(page).textContent()).toMatch(
      /^(Both solve it at step \d+|Int8 solves it at step \d+; float32 solves it at step \d+)\./,
    )
    const texts = (await rows(page).allInnerTexts()).map((row) => row.split(/\s*\t\s*/))
    expect(texts.map(([step]) => step)).toEqual(texts.map((_, i) => String(i + 1)))
    const open = EASY.replaceAll(/\d/g, '').length
    for (const [, alike, beliefs, logits] of texts) {
      expect(alike).toMatch(new RegExp(`^\\d+ of ${open}$`))
      for (const share of [beliefs, logits]) expect(share).toMatch(/^(below 0\.1|\d\.\d|\d\d+)%$/)
      // Were both the same engine, there would be nothing to see.
      expect(logits).not.toBe('0.0%')
    }
    expect(await findViolations(page)).toEqual([])
    await playground.takeSample('Easy')
    expect(await rows(page).count()).toBe(0)
    expect(await note(page).textContent()).toBe('')
    await expect.poll(() => page.workers().length).toBe(1)
  })

  visit('can be stopped in the middle of a step, and leaves no worker behind', async ({ page, playground }) => {
    await playground.paste(ENDLESS)
    await button(page).click()
    await expect.poll(() => page.workers().length).toBe(2)
    await page.getByRole('button', { name: 'Stop' }).click()
    await expect.poll(() => note(page).textContent()).toBe('Stopped.')
    await expect.poll(() => page.workers().length).toBe(1)
    await playground.takeSample('Easy')
    await playground.solveButton.click()
    await playground.expectStatus(/^Solved/)
  })

  visit('refuses a board that breaks a rule', async ({ page, playground }) => {
    await playground.paste(`77${'.'.repeat(79)}`)
    await button(page).click()
    await expect.poll(() => note(page).textContent()).toMatch(/^This is no valid puzzle\. .*row 1, column 1/)
  })
})

import { readFile } from 'node:fs/promises'
import { describe, expect } from 'vitest'
import { SAMPLE_SETS } from '../../worker/playground/samples.ts'
import { ENDLESS } from '../helpers/boards.ts'
import { expectSolution } from './playground-page.ts'
import { servePlayground } from './served-playground.ts'

const HARD = SAMPLE_SETS[2].boards[0]

const { visit } = servePlayground()

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
    expect(saved).toMatchObject({
      format: 'hrm-edge solve 1',
      task: 'sudoku',
      model: saved.result.model,
      puzzle: HARD,
      where: 'page',
      maxSteps: 256,
      seed: 0,
    })
    expectSolution(saved.result.solution, HARD)
    expect(saved.steps).toHaveLength(saved.result.steps)
    expect(saved.steps.at(-1)).toMatchObject({ board: saved.result.solution, done: true })
  })

  for (const [where, label] of [
    ['page', 'In this page'],
    ['edge', 'At the edge'],
  ]) {
    visit(`the steps of a solve that was stopped (${label.toLowerCase()})`, async ({ page, playground }) => {
      await playground.paste(ENDLESS)
      await page.getByLabel('Steps at most').selectOption('1024')
      await page.getByRole('radio', { name: label }).check()
      await playground.solveButton.click()
      await expect.poll(() => page.locator('#readout-step').textContent()).toMatch(/^Step \d+ of \d+/)
      await playground.solveButton.click()
      await playground.expectStatus(/^Stopped/)
      const save = page.getByRole('button', { name: 'Save all steps (JSON)' })
      const [download] = await Promise.all([page.waitForEvent('download'), save.click()])
      const saved = JSON.parse(await readFile(await download.path(), 'utf8'))
      const model = await page.locator('#fact-model').textContent()
      expect(saved).toMatchObject({ task: 'sudoku', model, puzzle: ENDLESS, where, maxSteps: 1024, seed: 0 })
      expect(saved.steps.length).toBeGreaterThan(0)
      expect(saved).not.toHaveProperty('result')
    })
  }

  visit(
    'the PNG has the page’s letters and its marks: changed, guessed, breaking a rule',
    async ({ page, playground }) => {
      await page.evaluate(() => {
        const used = new Set<string>()
        const fonts = new Set<string>()
        Object.assign(globalThis, { used, fonts })
        for (const name of ['fillText', 'fillRect', 'strokeRect'] as const) {
          const draw = CanvasRenderingContext2D.prototype[name] as (...args: unknown[]) => void
          CanvasRenderingContext2D.prototype[name] = function (this: CanvasRenderingContext2D, ...args: unknown[]) {
            // Not the chart.
            if (this.canvas.width === 768) {
              for (const style of [this.fillStyle, this.strokeStyle]) used.add(String(style))
              if (name === 'fillText') fonts.add(this.font)
            }
            draw.apply(this, args)
          }
        }
      })
      const drawn = () =>
        page.evaluate(() => {
          const { used, fonts } = globalThis as unknown as Record<'used' | 'fonts', Set<string>>
          return { used: [...used], fonts: [...fonts] }
        })
      const colours = () =>
        page.evaluate(() => {
          const style = getComputedStyle(document.body)
          return ['--changed', '--guess', '--wrong'].map((name) => style.getPropertyValue(name))
        })
      const save = page.getByRole('button', { name: 'Save board (PNG)' })
      await playground.paste(ENDLESS)
      // So many that it is still at work when it is stopped.
      await page.getByLabel('Steps at most').selectOption('1024')
      await page.getByLabel('Playing speed').selectOption('live')
      await playground.solveButton.click()
      await expect
        .poll(() => page.getByLabel('Attempt').locator('option').count(), { timeout: 45_000 })
        .toBeGreaterThan(1)
      await playground.solveButton.click()
      await playground.expectStatus(/^Stopped/)
      // The first step of a guess: what it changes is marked, and what breaks a rule once no candidates hide it.
      await page.getByRole('checkbox', { name: 'Candidates' }).uncheck()
      await page.getByLabel('Attempt').selectOption({ index: 1 })
      await expect.poll(() => page.locator('.board [data-guess]').count()).toBe(1)
      await expect.poll(() => page.locator('.board [data-conflict]').count()).toBeGreaterThan(0)
      await Promise.all([page.waitForEvent('download'), save.click()])
      const { used, fonts } = await drawn()
      for (const colour of await colours()) expect(used).toContain(colour)
      const family = await page.evaluate(() => getComputedStyle(document.body).fontFamily.split(',')[0])
      expect(fonts.length).toBeGreaterThan(0)
      for (const font of fonts) expect(font).toContain(family)
    },
  )

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

// What wipes a puzzle can be taken back.
import { describe, expect } from 'vitest'
import { SAMPLE_SETS } from '../../worker/playground/samples.ts'
import { MAZE } from '../worker/mazes.ts'
import { MazePage, visitMaze } from './maze-page.ts'
import { servePlayground } from './served-playground.ts'

const EASY = SAMPLE_SETS[0].boards[0]
const HARD = SAMPLE_SETS[2].boards[0]

const served = servePlayground()
const { visit } = served
const visitMazes = visitMaze(served)

describe('undo', () => {
  visit('goes back through the Sudokus, by button and by keys', async ({ page, playground }) => {
    const first = await playground.givens()
    const undo = page.getByRole('button', { name: 'Undo' })
    await undo.click()
    await playground.expectStatus(/^Nothing to undo\.$/)
    await playground.paste(EASY)
    await playground.cell(1, 1).click()
    await page.keyboard.press('1')
    await playground.takeSample('Hard')
    expect(await playground.givens()).toBe(HARD)
    await page.getByRole('button', { name: 'Clear' }).click()
    await undo.click()
    await playground.expectStatus(/^Undone: Clear\.$/)
    await expect.poll(() => playground.givens()).toBe(HARD)
    await page.keyboard.press('Control+z')
    await playground.expectStatus(/^Undone: Hard puzzle 1 of 3\.$/)
    await expect.poll(() => playground.givens()).toBe(`1${EASY.slice(1)}`)
    await expect.poll(() => new URL(page.url()).hash).toBe(`#board=1${EASY.slice(1)}`)
    await playground.cell(5, 5).click()
    await page.keyboard.press('Meta+z')
    await playground.expectStatus(/^Undone: 1 at row 1, column 1\.$/)
    await page.keyboard.press('Control+z')
    await playground.expectStatus(/^Undone: Board\.$/)
    await expect.poll(() => playground.givens()).toBe(first)
    await page.keyboard.press('Control+z')
    await playground.expectStatus(/^Nothing to undo\.$/)
    await page.keyboard.press('Control+Shift+z')
    await playground.expectStatus(/^Redone: Board\.$/)
    await expect.poll(() => playground.givens()).toBe(EASY)
    await page.keyboard.press('Control+y')
    await playground.expectStatus(/^Redone: 1 at row 1, column 1\.$/)
    await playground.paste(HARD)
    await page.keyboard.press('Control+y')
    await playground.expectStatus(/^Nothing to redo\.$/)
    expect(await playground.givens()).toBe(HARD)
  })

  visit('leaves what is typed into a text field to the field', async ({ page, playground }) => {
    await playground.paste(EASY)
    await page.getByText('Board as text').click()
    await page.locator('#board-text').press('Control+z')
    await page.getByLabel('Seed').press('Control+z')
    await page.getByLabel('Seed').press('Control+y')
    expect(await playground.givens()).toBe(EASY)
    expect(await playground.status.textContent()).toMatch(/^Board taken over/)
  })

  visitMazes('goes back through the mazes, a stroke at a time', async (maze) => {
    const { page } = maze
    await maze.paste(MAZE)
    await expect.poll(() => maze.question()).toBe(MAZE)
    await page.getByRole('button', { name: 'Clear' }).click()
    await expect.poll(() => maze.question()).not.toContain('#')
    const cleared = await maze.question()
    await maze.cell(4, 2).dragTo(maze.cell(4, 9))
    await expect.poll(async () => (await maze.question()).split('\n')[3]).toContain('########')
    await maze.cell(1, 1).dragTo(maze.cell(3, 3))
    await expect.poll(async () => (await maze.question()).indexOf('S')).toBeGreaterThan(0)
    await page.getByRole('button', { name: 'New maze' }).click()
    await page.keyboard.press('Control+z')
    await maze.expectStatus(/^Undone: New maze\.$/)
    await page.keyboard.press('Control+z')
    await maze.expectStatus(/^Undone: drawing\.$/)
    await expect.poll(async () => (await maze.question()).indexOf('S')).toBe(0)
    await page.keyboard.press('Control+z')
    await expect.poll(() => maze.question()).toBe(cleared)
    await page.getByRole('button', { name: 'Undo' }).click()
    await maze.expectStatus(/^Undone: Clear\.$/)
    await expect.poll(() => maze.question()).toBe(MAZE)
    await page.keyboard.press('Meta+Shift+z')
    await maze.expectStatus(/^Redone: Clear\.$/)
    await expect.poll(() => maze.question()).toBe(cleared)
  })

  visitMazes('passes over a Clear that cleared nothing', async (maze) => {
    await maze.paste(MAZE)
    await expect.poll(() => maze.question()).toBe(MAZE)
    const clear = maze.page.getByRole('button', { name: 'Clear' })
    await clear.click()
    await clear.click()
    await expect.poll(() => maze.question()).not.toContain('#')
    await maze.page.keyboard.press('Control+z')
    await maze.expectStatus(/^Undone: Clear\.$/)
    await expect.poll(() => maze.question()).toBe(MAZE)
  })

  visit('takes back what is of the kind that is there', async ({ page, playground }) => {
    const maze = new MazePage(page)
    await playground.paste(EASY)
    await playground.paste(MAZE)
    await expect.poll(() => maze.question()).toBe(MAZE)
    await page.keyboard.press('Control+z')
    await playground.expectStatus(/^Nothing to undo\.$/)
    await page.getByRole('link', { name: 'Sudoku' }).click()
    await expect.poll(() => playground.givens()).toBe(EASY)
    await page.keyboard.press('Control+z')
    await playground.expectStatus(/^Undone: Board\.$/)
  })

  visit('hands the focus to the board where it takes the steps away, as does a paste', async ({ page, playground }) => {
    const expectAtBoard = async (id: string) => {
      await expect.poll(() => page.locator(`#${id}`).isDisabled()).toBe(true)
      expect(await page.evaluate(() => document.activeElement?.role), id).toBe('gridcell')
    }
    for (const id of ['scrubber', 'play', 'back', 'save-json']) {
      await playground.paste(EASY)
      await playground.solveButton.click()
      await playground.expectStatus(/^Solved/)
      await playground.expectAtRest()
      await page.locator(`#${id}`).focus()
      await page.keyboard.press('Control+z')
      await expectAtBoard(id)
    }
    await playground.thinkFor(64)
    await playground.expectAtRest()
    await page.locator('#attempts').focus()
    await playground.paste(EASY)
    await expectAtBoard('attempts')
  })
})

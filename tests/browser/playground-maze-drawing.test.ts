import { describe, expect } from 'vitest'
import { EXAMPLE_MAZE } from '../../worker/examples.ts'
import { MAZE } from '../worker/mazes.ts'
import { visitMaze } from './maze-page.ts'
import { servePlayground } from './served-playground.ts'

/** Where a finger is. */
interface Point {
  x: number
  y: number
  id: number
}

const visit = visitMaze(servePlayground())

describe('drawing', () => {
  visit('a new maze is another one', async (maze) => {
    const before = await maze.question()
    await maze.page.getByRole('button', { name: 'New maze' }).click()
    await maze.expectStatus(/^A new maze\./)
    await expect.poll(() => maze.question()).not.toBe(before)
  })

  visit('walls by mouse: a click turns one over, a drag draws', async (maze) => {
    const { page } = maze
    await page.getByRole('button', { name: 'Clear' }).click()
    await maze.cell(2, 2).click()
    await expect.poll(async () => (await maze.question())[32]).toBe('#')
    await maze.cell(2, 2).click()
    await expect.poll(async () => (await maze.question())[32]).toBe(' ')
    const [from, to] = [(await maze.cell(4, 1).boundingBox())!, (await maze.cell(4, 30).boundingBox())!]
    await page.mouse.move(from.x + 5, from.y + 5)
    await page.mouse.down()
    await page.mouse.move(to.x + 5, to.y + 5, { steps: 60 })
    await page.mouse.up()
    await expect.poll(async () => (await maze.question()).split('\n')[3]).toBe('#'.repeat(30))
    await maze.expectStatus(/^No way leads from start to goal\.$/)
    await maze.solveButton.click()
    await maze.expectStatus(/^This is no valid puzzle\. .* board_\w+$/)
    await maze.cell(4, 7).click()
    await maze.expectStatus(/^A way leads from start to goal\.$/)
  })

  visit('a quick stroke leaves no holes, and none is drawn to where it comes back from outside', async (maze) => {
    const { page } = maze
    await page.getByRole('button', { name: 'Clear' }).click()
    const centre = async (row: number, column: number): Promise<[number, number]> => {
      const { x, y, width, height } = (await maze.cell(row, column).boundingBox())!
      return [x + width / 2, y + height / 2]
    }
    const line = async (row: number) => (await maze.question()).split('\n')[row - 1]
    await page.mouse.move(...(await centre(4, 2)))
    await page.mouse.down()
    await page.mouse.move(...(await centre(4, 9)))
    await page.mouse.move(...(await centre(7, 12)))
    await expect.poll(() => line(4)).toBe(` ${'#'.repeat(8)}${' '.repeat(21)}`)
    for (const row of [5, 6, 7]) expect(await line(row)).toBe(`${' '.repeat(row + 4)}#${' '.repeat(25 - row)}`)
    const [x] = await centre(7, 1)
    await page.mouse.move(x - 40, (await centre(7, 1))[1])
    await page.mouse.move(...(await centre(12, 5)))
    await page.mouse.up()
    await expect.poll(() => line(12)).toBe(`    #${' '.repeat(25)}`)
    for (const row of [8, 9, 10, 11]) expect(await line(row)).toBe(' '.repeat(30))
  })

  visit('start and goal by mouse: dragged, or put', async (maze) => {
    const { page } = maze
    await page.getByRole('button', { name: 'Clear' }).click()
    await maze.cell(1, 1).dragTo(maze.cell(3, 3))
    await expect.poll(async () => (await maze.question()).indexOf('S')).toBe(2 * 31 + 2)
    await page.getByRole('button', { name: 'Put the goal' }).click()
    await maze.cell(5, 6).click()
    await expect.poll(async () => (await maze.question()).indexOf('G')).toBe(4 * 31 + 5)
  })

  visit('a maze of another size keeps the focus in the grid', async (maze) => {
    const { page } = maze
    await maze.cell(2, 2).focus()
    await maze.paste(['S   ', '    ', '    ', '   G'].join('\n'))
    await expect.poll(() => maze.question()).toBe('S   \n    \n    \n   G')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('#')
    await expect.poll(() => maze.question()).toBe('S#  \n    \n    \n   G')
    await page.keyboard.press('Control+z')
    await page.keyboard.press('Control+z')
    await expect.poll(async () => (await maze.question()).length).toBe(30 * 31 - 1)
    expect(await maze.cell(1, 1).evaluate((cell) => cell === document.activeElement)).toBe(true)
  })

  visit('with the keyboard alone, from the top of the page to the answer', async (maze) => {
    const { page } = maze
    await maze.paste(['S   ', '    ', '    ', '   G'].join('\n'))
    await expect.poll(() => maze.question()).toBe('S   \n    \n    \n   G')
    await page.evaluate(() => (document.activeElement as HTMLElement).blur())
    await page.locator('.skip').focus()
    await page.keyboard.press('Enter') // "Skip to the board"
    const focused = () => page.evaluate(() => document.activeElement?.ariaLabel)
    expect(await focused()).toMatch(/^row 1, column 1, start/)
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press(' ')
    await page.keyboard.press('End')
    await page.keyboard.press('g')
    await page.keyboard.press('PageDown')
    await page.keyboard.press('s')
    await expect.poll(() => maze.question()).toBe(' # G\n    \n    \n   S')
    await page.keyboard.press('Enter')
    await maze.expectStatus(/^Solved in .*: 3 moves\./)
  })

  visit(
    'by touch',
    async (maze) => {
      const { page } = maze
      await page.getByRole('button', { name: 'Clear' }).tap()
      await maze.cell(10, 10).tap()
      await expect.poll(async () => (await maze.question())[9 * 31 + 9]).toBe('#')
      await page.getByRole('button', { name: 'Put the start' }).tap()
      await maze.cell(20, 20).tap()
      await expect.poll(async () => (await maze.question()).indexOf('S')).toBe(19 * 31 + 19)
    },
    '#maze',
    { hasTouch: true, isMobile: true, viewport: { width: 360, height: 740 } },
  )

  visit(
    'a finger draws once it moves on or is lifted; two of them zoom and leave the solve as it is',
    async (maze) => {
      const { page } = maze
      const session = await page.context().newCDPSession(page)
      const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd' | 'touchCancel', touchPoints: Point[]) =>
        session.send('Input.dispatchTouchEvent', { type, touchPoints })
      const cell = async (row: number, column: number, id = 0): Promise<Point> => {
        const { x, y, width, height } = (await maze.cell(row, column).boundingBox())!
        return { x: x + width / 2, y: y + height / 2, id }
      }
      const board = page.locator('#maze-board')
      await page.getByRole('button', { name: 'Clear' }).tap()
      await board.scrollIntoViewIfNeeded()
      await touch('touchStart', [await cell(4, 2)])
      await touch('touchMove', [await cell(4, 5)])
      await touch('touchEnd', [])
      await expect.poll(async () => (await maze.question()).split('\n')[3]).toBe(` ####${' '.repeat(25)}`)

      await maze.paste(EXAMPLE_MAZE)
      await maze.solveButton.click()
      await maze.expectStatus(/^Solved/)
      await maze.expectAtRest()
      const [answer, status] = [await maze.board(), await maze.status.textContent()]
      const expectUnchanged = async () => {
        await maze.expectAtRest()
        expect(await maze.board()).toBe(answer)
        expect(await maze.status.textContent()).toBe(status)
      }
      await board.scrollIntoViewIfNeeded()
      const [first, second] = [await cell(3, 3), await cell(6, 6, 1)]
      await touch('touchStart', [first])
      await expectUnchanged()
      await touch('touchStart', [first, second])
      await touch('touchMove', [
        { ...first, x: first.x - 9 },
        { ...second, x: second.x + 9 },
      ])
      await touch('touchEnd', [])
      await expectUnchanged()
      await touch('touchStart', [first])
      await touch('touchCancel', [])
      await expectUnchanged()
    },
    '#maze',
    { hasTouch: true, isMobile: true, viewport: { width: 360, height: 740 } },
  )

  visit('a key that does nothing on the start or the goal says so', async (maze) => {
    const { page } = maze
    await maze.paste('S   \n    \n   G')
    await expect.poll(() => maze.question()).toBe('S   \n    \n   G')
    await maze.cell(1, 1).focus()
    for (const key of ['#', 'Delete', ' ', 'g']) {
      await page.keyboard.press(key)
      await maze.expectStatus(/^This is the start: put it elsewhere with S\.$/)
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('#')
      await maze.expectStatus(/^A way leads/)
      await page.keyboard.press('ArrowUp')
    }
    await maze.cell(3, 4).focus()
    await page.keyboard.press('Backspace')
    await maze.expectStatus(/^This is the goal: put it elsewhere with G\.$/)
    expect(await maze.question()).toBe('S   \n#   \n   G')
  })

  visit('its text follows the maze, but for what someone is writing', async (maze) => {
    const { page } = maze
    await page.getByText('Board as text').click()
    const area = page.locator('#board-text')
    const use = page.getByRole('button', { name: 'Use this board' })
    await page.getByRole('button', { name: 'New maze' }).click()
    await maze.expectStatus(/^A new maze\./)
    const fresh = await area.inputValue()
    await expect.poll(() => maze.question()).toBe(fresh)
    await page.getByRole('button', { name: 'Clear' }).click()
    await maze.cell(2, 2).click()
    await expect.poll(async () => (await area.inputValue())[32]).toBe('#')
    await use.click()
    await maze.expectStatus(/^Maze taken over\./)
    expect((await maze.question())[32]).toBe('#')
    await area.fill('S  \n #G\n...')
    await page.getByRole('button', { name: 'New maze' }).click()
    expect(await area.inputValue()).toBe('S  \n #G\n...')
    await use.click()
    await expect.poll(() => maze.question()).toBe('S  \n #G\n   ')
    expect(await area.inputValue()).toBe('S  \n #G\n   ')
  })

  visit('as text there and back; what is no maze is refused with a reason', async (maze) => {
    const { page } = maze
    await maze.paste(MAZE)
    await page.getByText('Board as text').click()
    const area = page.locator('#board-text')
    expect(await area.inputValue()).toBe(MAZE)
    await area.fill('S  \n #G')
    await page.getByRole('button', { name: 'Use this board' }).click()
    await expect.poll(() => page.locator('#text-problem').textContent()).toMatch(/3 to 45 rows/)
    expect(await maze.question()).toBe(MAZE)
    await area.fill('S  \n #G\n...')
    await page.getByRole('button', { name: 'Use this board' }).click()
    await expect.poll(() => maze.question()).toBe('S  \n #G\n   ')
  })
})

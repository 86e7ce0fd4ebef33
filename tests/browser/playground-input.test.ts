import { describe, expect, test } from 'vitest'
import { SAMPLE_SETS } from '../../worker/playground/samples.ts'
import { ENDLESS } from '../helpers/boards.ts'
import { withPage } from './chromium.ts'
import { expectSolution, PlaygroundPage } from './playground-page.ts'
import { servePlayground } from './served-playground.ts'

const EASY = SAMPLE_SETS[0].boards[0]
const HARD = SAMPLE_SETS[2].boards[0]

const served = servePlayground()
const { visit } = served

describe('entering a board', () => {
  visit('by typing: digits, moving, deleting', async ({ page, playground }) => {
    await page.getByRole('button', { name: 'Clear' }).click()
    await playground.cell(1, 1).click()
    await page.keyboard.type('5')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.type('3')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.type('7')
    await expect.poll(() => playground.board()).toBe(`53.......${'.7'}${'.'.repeat(70)}`)
    await page.keyboard.press('Delete')
    await expect.poll(() => playground.board()).toBe(`53${'.'.repeat(79)}`)
    await playground.expectStatus(/^2 givens\./)
  })

  visit('by mouse on the keypad', async ({ page, playground }) => {
    await page.getByRole('button', { name: 'Clear' }).click()
    await playground.cell(9, 9).click()
    await page.getByRole('button', { name: '8', exact: true }).click()
    await expect.poll(() => playground.cell(9, 9).getAttribute('aria-label')).toBe('row 9, column 9, given 8')
    await page.getByRole('button', { name: 'Erase' }).click()
    await expect.poll(() => playground.cell(9, 9).getAttribute('aria-label')).toBe('row 9, column 9, empty')
  })

  visit('with the keyboard alone, from the top of the page to the answer', async ({ page, playground }) => {
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter') // "Skip to the board"
    // It has the focus at once, and its name once it is drawn.
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label')))
      .toMatch(/^row 1, column 1/)
    await page.keyboard.press('PageUp')
    await page.keyboard.press('Home')
    for (let row = 0; row < 9; row++) {
      for (let column = 0; column < 9; column++) {
        await page.keyboard.press(EASY[row * 9 + column] === '.' ? 'Backspace' : EASY[row * 9 + column])
        await page.keyboard.press('ArrowRight')
      }
      await page.keyboard.press('Home')
      await page.keyboard.press('ArrowDown')
    }
    await expect.poll(() => playground.givens()).toBe(EASY)
    await page.keyboard.press('Enter')
    await playground.expectStatus(/^Solved/)
    await playground.expectAtRest()
    expectSolution(await playground.board(), EASY)
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Solve')
  })

  test('by touch', () =>
    withPage(
      served.browser,
      { hasTouch: true, isMobile: true, viewport: { width: 360, height: 740 } },
      async ({ page }) => {
        const playground = new PlaygroundPage(page)
        await page.goto(served.url)
        await page.getByRole('button', { name: 'Clear' }).tap()
        await playground.cell(2, 3).tap()
        await page.getByRole('button', { name: '8', exact: true }).tap()
        await playground.cell(9, 1).tap()
        await page.getByRole('button', { name: '4', exact: true }).tap()
        await expect.poll(() => playground.givens()).toBe(`${'.'.repeat(11)}8${'.'.repeat(60)}4${'.'.repeat(8)}`)
        await page.getByRole('button', { name: 'Erase' }).tap()
        await expect.poll(() => playground.givens()).toBe(`${'.'.repeat(11)}8${'.'.repeat(69)}`)
        await page.getByRole('button', { name: 'Easy' }).tap()
        await playground.solveButton.tap()
        await playground.expectStatus(/^Solved/)
      },
    ))

  visit('by paste from the clipboard', async ({ page, playground }) => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.evaluate((text) => navigator.clipboard.writeText(text), `my puzzle: ${EASY}`)
    await page.keyboard.press('Control+V')
    await expect.poll(() => playground.givens()).toBe(EASY)
  })

  visit('by paste, in any common form', async ({ playground }) => {
    await playground.paste(EASY.replaceAll('.', '0').replace(/.{9}/g, '$&\n'))
    await expect.poll(() => playground.givens()).toBe(EASY)
    await playground.expectStatus(/^Board taken over/)
  })

  visit('a board of the person’s own is not said to be a sample', async ({ page, playground }) => {
    const pressed = page.locator('#samples [aria-pressed=true]')
    const own: Record<string, () => Promise<void>> = {
      typed: async () => {
        await playground.cell(1, 1).click()
        await page.keyboard.type('5')
      },
      cleared: () => page.getByRole('button', { name: 'Clear' }).click(),
      pasted: () => playground.paste(EASY),
    }
    for (const [how, enter] of Object.entries(own)) {
      await playground.takeSample('Extreme')
      expect(await pressed.allTextContents()).toEqual(['Extreme'])
      await enter()
      expect(await pressed.count(), how).toBe(0)
      expect(await page.locator('#source').textContent(), how).toMatch(/^Take a sample/)
    }
  })

  visit('a pasted board that breaks a rule is said to do so', async ({ playground }) => {
    await playground.paste(`77${'.'.repeat(79)}`)
    await playground.expectStatus(
      /^Board taken over, but 7 at row 1, column 1 breaks a rule: it also stands at row 1, column 2\.$/,
    )
  })

  visit(
    'while the model works the keypad is off, and a digit says why it does nothing',
    async ({ page, playground }) => {
      await playground.paste(ENDLESS)
      await page.getByLabel('Steps at most').selectOption('1024')
      await playground.cell(1, 2).click()
      await playground.solveButton.click()
      // Said once the model is there, in place of whatever a digit had the page say before.
      await playground.expectStatus(/^Thinking/)
      await expect.poll(() => page.getByRole('button', { name: 'Erase' }).isDisabled()).toBe(true)
      await playground.cell(1, 2).click()
      await page.keyboard.type('9')
      await playground.expectStatus(/^The model is at work\. Stop it to change the board\.$/)
      await page.keyboard.press('Escape')
      await playground.expectStatus(/^Stopped/)
      await expect.poll(() => page.getByRole('button', { name: 'Erase' }).isDisabled()).toBe(false)
      expect(await playground.givens()).toBe(ENDLESS)
    },
  )

  visit('a seed out of range is refused before anything is done with it', async ({ page, playground }) => {
    for (const seed of ['', '-1', '1.5', '2147483648', '99999999999']) {
      await page.getByLabel('Seed').fill(seed)
      await playground.solveButton.click()
      await playground.expectStatus(/^Not started\. The seed must be a whole number from 0 to 2147483647\.$/)
      await page.getByRole('button', { name: 'Copy link' }).click()
      await playground.expectStatus(/^No link yet\. The seed must be a whole number/)
      await page.getByRole('button', { name: 'Compare', exact: true }).click()
      await expect.poll(() => page.locator('#compare-note').textContent()).toMatch(/^The seed must be/)
    }
  })

  visit('paste of garbage says what is wrong and changes nothing', async ({ playground }) => {
    const before = await playground.board()
    await playground.paste('the quick brown fox')
    await playground.expectStatus(/^That is not a board\. “t” is no Sudoku symbol/)
    await playground.paste('12345')
    await playground.expectStatus(/^That is not a board\. That is 5 cells; a Sudoku has 81/)
    expect(await playground.board()).toBe(before)
  })

  visit('as text', async ({ page, playground }) => {
    await page.getByText('Board as text').click()
    const area = page.getByLabel(/^81 characters/)
    const use = page.getByRole('button', { name: 'Use this board' })
    await area.fill('12')
    await use.click()
    // Beside the button too: the status line may be out of sight.
    expect(await page.locator('#text-problem').textContent()).toMatch(/^That is 2 cells/)
    await area.fill(EASY)
    await use.click()
    await expect.poll(() => playground.givens()).toBe(EASY)
    expect(await page.locator('#text-problem').textContent()).toBe('')
    expect(await page.evaluate(() => document.activeElement?.role)).toBe('gridcell')
    // What was taken over is no longer being written: the text follows the board again.
    await page.keyboard.press('Delete')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Delete')
    await expect.poll(async () => (await area.inputValue()).replaceAll('\n', '')).toBe(`..${EASY.slice(2)}`)
    // Closing the panel gives up what was written there.
    await area.fill('12')
    await page.getByText('Board as text').click()
    await page.getByText('Board as text').click()
    await expect.poll(async () => (await area.inputValue()).replaceAll('\n', '')).toBe(`..${EASY.slice(2)}`)
  })

  visit(
    'by a link, which follows the board',
    async ({ page, playground }) => {
      expect(await playground.givens()).toBe(EASY)
      await playground.cell(1, 1).click()
      await page.keyboard.type('1')
      await expect.poll(() => page.url()).toContain(`#board=1${EASY.slice(1)}`)
      await page.reload()
      await expect.poll(() => playground.givens()).toBe(`1${EASY.slice(1)}`)
    },
    { hash: `#board=${EASY}` },
  )

  visit(
    'the switch keeps a typed board in the address',
    async ({ page, playground }) => {
      const typed = `1${EASY.slice(1)}`
      await playground.cell(1, 1).click()
      await page.keyboard.type('1')
      for (const kinds of [['Sudoku'], ['Maze', 'Sudoku']]) {
        for (const name of kinds) await page.getByRole('link', { name }).click()
        await expect.poll(() => new URL(page.url()).hash).toBe(`#board=${typed}`)
        await page.reload()
        await expect.poll(() => playground.givens()).toBe(typed)
      }
    },
    { hash: `#board=${EASY}` },
  )

  visit(
    'by a link, which carries what else decides the steps',
    async ({ page, playground }) => {
      const [steps, seed] = [page.getByLabel('Steps at most'), page.getByLabel('Seed')]
      expect([await steps.inputValue(), await seed.inputValue()]).toEqual(['16', '5'])
      await seed.fill('6')
      await steps.selectOption('1024')
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
      await page.getByRole('button', { name: 'Copy link' }).click()
      await playground.expectStatus(/^Link copied/)
      const link = await page.evaluate(() => navigator.clipboard.readText())
      expect(new URL(link).hash).toBe(`#board=${EASY}&steps=1024&seed=6`)
      // Put into the address bar of an open page, as a link clicked there is.
      await page.evaluate((board) => (location.hash = `board=${board}&seed=7`), HARD)
      await expect.poll(() => playground.givens()).toBe(HARD)
      expect([await steps.inputValue(), await seed.inputValue()]).toEqual(['256', '7'])
    },
    { hash: `#board=${EASY}&steps=16&seed=5` },
  )

  visit(
    'a link in an open page says what it brought, in place of what was said of the board before',
    async ({ page, playground }) => {
      const follow = (hash: string) => page.evaluate((to) => (location.hash = to), hash)
      const said = (board: string) => `Board of the link taken over: ${board.replaceAll('.', '').length} givens.`
      const expectSaid = (text: string) => expect.poll(() => playground.status.textContent()).toBe(text)
      await expectSaid(said(EASY))
      await playground.solveButton.click()
      await playground.expectStatus(/^Solved/)
      await follow(`board=${HARD}`)
      await expectSaid(said(HARD))

      await follow(`board=${ENDLESS}&steps=1024`)
      await expectSaid(said(ENDLESS))
      await playground.solveButton.click()
      await playground.expectStatus(/^Thinking/)
      await follow(`board=${HARD}`)
      await expect.poll(() => playground.solveButton.textContent()).toContain('Solve')
      await expectSaid(said(HARD))

      await follow('board=12')
      await playground.expectStatus(/^The link holds no board/)
      await follow(`board=${EASY}`)
      await expectSaid(said(EASY))
      await follow(`board=77${'.'.repeat(79)}`)
      await playground.expectStatus(/^Board of the link taken over, but 7 at row 1, column 1 breaks a rule: /)
    },
    { hash: `#board=${EASY}` },
  )

  visit(
    'a visitor finds a hard board, its chip pressed; the chip then gives the next one',
    async ({ page, playground }) => {
      const { boards } = SAMPLE_SETS[3]
      const chip = page.getByRole('button', { name: 'Extreme', exact: true })
      expect(await playground.givens()).toBe(boards[0])
      expect(await chip.getAttribute('aria-pressed')).toBe('true')
      expect(await page.locator('#source').textContent()).toContain('(1 of 4)')
      expect(new URL(page.url()).hash).toBe('')
      for (const number of [2, 3, 4, 1]) {
        await chip.click()
        expect(await playground.givens()).toBe(boards[number - 1])
        expect(await page.locator('#source').textContent()).toContain(`(${number} of 4)`)
      }
    },
  )

  visit(
    'a link without a good board says so and leaves the page as it begins',
    async ({ playground }) => {
      await playground.expectStatus(/^The link holds no board\. That is 2 cells/)
      expect(await playground.givens()).toBe(SAMPLE_SETS[3].boards[0])
    },
    { hash: '#board=12' },
  )

  visit(
    'a conflict is marked while typing, and refused with the cells named',
    async ({ page, playground }) => {
      await page.getByRole('button', { name: 'Clear' }).click()
      await playground.cell(1, 3).click()
      await page.keyboard.type('7')
      await playground.cell(1, 8).click()
      await page.keyboard.type('7')
      await playground.expectStatus(/^7 at row 1, column 8 breaks a rule: it also stands at row 1, column 3\.$/)
      const marked = page.locator('[role=gridcell][aria-invalid=true]')
      await expect
        .poll(() => marked.evaluateAll((cells) => cells.map((cell) => cell.ariaLabel)))
        .toEqual(['row 1, column 3, given 7, breaks a rule', 'row 1, column 8, given 7, breaks a rule'])
      await playground.solveButton.click()
      await playground.expectStatus(
        /^This is no valid puzzle\. .*row 1, column 3 and row 1, column 8.* board_conflict$/,
      )
      expect(await playground.board()).toMatch(/^\.\.7\.\.\.\.7\.{73}$/)

      await page.getByRole('radio', { name: 'At the edge' }).check()
      await playground.solveButton.click()
      await playground.expectStatus(/^This is no valid puzzle\. .*row 1, column 3 and row 1, column 8/)
      expect(await marked.count()).toBe(2)
    },
    { expectComplaints: true },
  )
})

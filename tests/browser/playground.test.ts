import { describe, expect, test } from 'vitest'
import { SAMPLE_SETS } from '../../worker/playground/samples.ts'
import { withPage } from './chromium.ts'
import { ENDLESS, expectSolution, PlaygroundPage } from './playground-page.ts'
import { servePlayground } from './served-playground.ts'

const EASY = SAMPLE_SETS[0].boards[0]
const HARD = SAMPLE_SETS[2].boards[0]

/** For requests that a test answers: what a service worker fetches cannot be answered so. */
const ROUTED = { serviceWorkers: 'block' } as const

const served = servePlayground()
const { visit } = served

describe('solving', () => {
  visit('a sample: the board settles, obeys the rules and keeps its givens', async ({ page, playground }) => {
    await playground.takeSample('Easy')
    expect(await playground.givens()).toBe(EASY)
    await playground.solveButton.click()
    await playground.expectStatus(/^Solved in \d+ steps? and .* was checked\.$/)
    await playground.expectAtRest()
    expectSolution(await playground.board(), EASY)
    expect(await playground.givens()).toBe(EASY)
    expect(await playground.cell(1, 1).getAttribute('aria-label')).toMatch(/^row 1, column 1, model \d, \d+% confident/)
    expect(await page.locator('#fact-engine').textContent()).toMatch(/^wasm, (relaxed|simd128)$/)
    await expect
      .poll(() => page.locator('#chart').getAttribute('aria-label'))
      .toMatch(/over \d+ steps?: mean confidence from \d+%/)
  })

  visit('scrubbing shows the puzzle, each step, and what changed', async ({ page, playground }) => {
    await playground.thinkFor(16)
    const givens = await playground.givens()
    await playground.expectAtRest()
    const last = await playground.board()

    const scrubber = page.getByRole('slider', { name: 'Step' })
    await scrubber.focus()
    await page.keyboard.press('Home')
    await expect.poll(() => playground.board()).toBe(givens)
    expect(await scrubber.getAttribute('aria-valuetext')).toBe('the puzzle')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => page.locator('#readout-step').textContent()).toMatch(/^Step 2 of \d+: \d+ cells? changed$/)
    const changed = (await playground.cellNames()).filter((name) => name.includes('changed in this step'))
    const [, count] = /: (\d+) cell/.exec((await page.locator('#readout-step').textContent())!)!
    expect(changed).toHaveLength(Number(count))
    expect(await page.locator('#readout-attempt').textContent()).toBe('Attempt 1, the model’s own start')

    await scrubber.focus()
    await page.keyboard.press('Home')
    await page.getByRole('button', { name: 'To the newest step' }).click()
    await expect.poll(() => playground.board()).toBe(last)
    await page.getByRole('button', { name: 'Play' }).click()
    await playground.expectAtRest()
    expect(await playground.board()).toBe(last)
  })

  visit('candidates of unsure cells are pencilled in and spoken, unless switched off', async ({ page, playground }) => {
    await playground.thinkFor(16)
    await playground.expectAtRest()
    await page.locator('#scrubber').fill('1')
    const unsure = page.locator('[role=gridcell][data-candidates]')
    await expect.poll(() => unsure.count()).toBeGreaterThan(0)
    const [name, text] = await unsure.first().evaluate((cell) => [cell.ariaLabel!, cell.textContent!])
    const spoken = /candidates ((?:\d ?)+)/.exec(name)![1].trim().split(' ')
    expect(spoken.length).toBeGreaterThan(1)
    // In the order in which they are seen.
    expect(text.match(/\d/g)).toEqual(spoken)
    expect(spoken).toContain(/model (\d)/.exec(name)![1])
    await page.getByRole('checkbox', { name: 'Candidates' }).uncheck()
    await expect.poll(() => unsure.count()).toBe(0)
    expect(await page.locator('[role=gridcell][data-kind=model]').first().textContent()).toMatch(/^\d$/)
  })

  visit('at the edge gives the same answer as in the page', async ({ page, playground }) => {
    await playground.takeSample('Medium')
    const givens = await playground.givens()
    await playground.solveButton.click()
    await playground.expectStatus(/^Solved in/)
    await playground.expectAtRest()
    const here = await playground.board()
    const stepsHere = /in (\d+) step/.exec((await playground.status.textContent())!)![1]

    const request = page.waitForRequest('**/v1/solve')
    await page.getByRole('radio', { name: 'At the edge' }).check()
    await playground.solveButton.click()
    expect((await request).headers()).toMatchObject({ accept: 'text/event-stream' })
    await expect.poll(() => page.locator('#fact-time').textContent()).toMatch(/at the edge$/)
    await playground.expectAtRest()
    expect(await playground.board()).toBe(here)
    expectSolution(here, givens)
    expect(await playground.status.textContent()).toMatch(new RegExp(`^Solved in ${stepsHere} step`))
  })

  visit('an unsolved board is said to be so, and shown as no answer', async ({ playground }) => {
    await playground.thinkFor(16)
    await playground.expectStatus(/^Not solved within 16 steps\. No board that the model reached keeps every rule/)
  })

  visit('attempts and guesses are named', async ({ page, playground }) => {
    await page.getByLabel('Playing speed').selectOption('live')
    await playground.thinkFor(64)
    const attempts = page.getByLabel('Attempt')
    const names = await attempts.locator('option').allTextContents()
    expect(names[0]).toMatch(/^1: the model’s own start, from step 1$/)
    expect(names[1]).toMatch(/^2: guess: \d at row \d, column \d, from step \d+$/)
    await attempts.selectOption({ index: 1 })
    await expect.poll(() => page.locator('#readout-attempt').textContent()).toMatch(/^Attempt 2, guess: \d at row/)
    const guessed = (await playground.cellNames()).filter((name) => name.includes('guessed'))
    expect(guessed).toHaveLength(1)
  })
})

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
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toMatch(/^row 1, column 1/)
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

  visit('by paste, in any common form', async ({ playground }) => {
    await playground.paste(EASY.replaceAll('.', '0').replace(/.{9}/g, '$&\n'))
    await expect.poll(() => playground.givens()).toBe(EASY)
    await playground.expectStatus(/^Board taken over/)
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
    await page.getByLabel(/^81 characters/).fill(EASY)
    await page.getByRole('button', { name: 'Use this board' }).click()
    await expect.poll(() => playground.givens()).toBe(EASY)
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
      expect(await marked.evaluateAll((cells) => cells.map((cell) => cell.ariaLabel))).toEqual([
        'row 1, column 3, given 7, breaks a rule',
        'row 1, column 8, given 7, breaks a rule',
      ])
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

describe('when something goes wrong', () => {
  for (const where of ['In this page', 'At the edge']) {
    visit(`a solve is stopped and another works (${where.toLowerCase()})`, async ({ page, playground }) => {
      await playground.paste(ENDLESS)
      await page.getByRole('radio', { name: where }).check()
      await page.getByLabel('Steps at most').selectOption('4096')
      await page.getByLabel('Playing speed').selectOption('live')
      await playground.solveButton.click()
      await expect.poll(() => page.locator('#readout-step').textContent()).toMatch(/^Step \d+ of \d+/)
      await playground.solveButton.click()
      await playground.expectStatus(/^Stopped after \d+ steps?\.$/)
      await playground.takeSample('Easy')
      await playground.solveButton.click()
      await playground.expectStatus(/^Solved/)
    })
  }

  const crashes: Record<string, () => void> = {
    'ends without a word': () => self.close(),
    'throws outside a call': () =>
      setTimeout(() => {
        throw new Error('made to fail')
      }),
  }
  for (const [name, crash] of Object.entries(crashes)) {
    visit(
      `a worker that ${name} gives a typed error, and the next solve works`,
      async ({ page, playground }) => {
        await playground.paste(ENDLESS)
        await page.getByLabel('Steps at most').selectOption('4096')
        await page.getByLabel('Playing speed').selectOption('live')
        await playground.solveButton.click()
        await expect.poll(() => page.locator('#readout-step').textContent()).toMatch(/^Step \d+ of \d+/)
        await page.workers()[0].evaluate(crash)
        await playground.expectStatus(/^The solver failed\. .* engine_failed$/)
        await playground.takeSample('Easy')
        await playground.solveButton.click()
        await playground.expectStatus(/^Solved/)
        await playground.expectAtRest()
        expectSolution(await playground.board(), EASY)
      },
      { expectComplaints: true },
    )
  }

  test('a corrupt weights file gives a typed message; the page works once it is whole again', () =>
    withPage(served.browser, ROUTED, async ({ page }) => {
      const playground = new PlaygroundPage(page)
      await page.route('**/*.safetensors', async (route) => {
        const body = await (await route.fetch()).body()
        body[body.length - 1] ^= 1
        await route.fulfill({ body })
      })
      await page.goto(served.url)
      await playground.expectStatus(/^The model could not be loaded\. .* weights_hash$/)
      await playground.solveButton.click()
      await playground.expectStatus(/^The model could not be loaded\. .* weights_hash$/)
      await page.unroute('**/*.safetensors')
      await playground.takeSample('Easy')
      await playground.solveButton.click()
      await playground.expectStatus(/^Solved/)
    }))

  test('weights that cannot be fetched give a typed message; the edge still works', () =>
    withPage(served.browser, ROUTED, async ({ page }) => {
      const playground = new PlaygroundPage(page)
      await page.route('**/*.safetensors', (route) => route.abort())
      await page.goto(served.url)
      await playground.expectStatus(/^The model could not be loaded\. .* weights_fetch$/)
      await page.getByRole('radio', { name: 'At the edge' }).check()
      await playground.takeSample('Easy')
      await playground.solveButton.click()
      await playground.expectStatus(/^Solved/)
    }))

  test('a service that cannot be reached gives a typed message', () =>
    withPage(served.browser, ROUTED, async ({ page }) => {
      const playground = new PlaygroundPage(page)
      await page.route('**/v1/solve', (route) => route.abort())
      await page.goto(served.url)
      await page.getByRole('radio', { name: 'At the edge' }).check()
      await playground.solveButton.click()
      await playground.expectStatus(/^No answer from the edge\. .* network$/)
    }))
})

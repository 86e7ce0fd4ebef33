import { describe, expect, test } from 'vitest'
import { SAMPLE_SETS } from '../../worker/playground/samples.ts'
import { ENDLESS } from '../helpers/boards.ts'
import { holdUp, withPage } from './chromium.ts'
import { expectSolution, PlaygroundPage } from './playground-page.ts'
import { servePlayground } from './served-playground.ts'

const EASY = SAMPLE_SETS[0].boards[0]

/** For requests that a test answers: what a service worker fetches cannot be answered so. */
const ROUTED = { serviceWorkers: 'block' } as const

const served = servePlayground()
const { visit } = served

describe('solving', () => {
  visit('a sample: the board settles, obeys the rules and keeps its givens', async ({ page, playground }) => {
    await playground.takeSample('Easy')
    expect(await playground.givens()).toBe(EASY)
    await playground.solveButton.click()
    await playground.expectStatus(/^Solved in 1 step and .* was checked\. .* an Extreme puzzle takes it longer\.$/)
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

  visit('stepping by keyboard to either end keeps the focus on the steps', async ({ page, playground }) => {
    await playground.thinkFor(16)
    await playground.expectAtRest()
    for (const name of ['Back to the puzzle', 'To the newest step']) {
      await page.getByRole('button', { name }).focus()
      await page.keyboard.press('Enter')
      await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('scrubber')
    }
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
    await playground.paste(ENDLESS)
    // So many that it is still at work when it is stopped.
    await page.getByLabel('Steps at most').selectOption('1024')
    await page.getByLabel('Playing speed').selectOption('live')
    await playground.solveButton.click()
    const attempts = page.getByLabel('Attempt')
    await expect.poll(() => attempts.locator('option').count(), { timeout: 45_000 }).toBeGreaterThan(1)
    await playground.solveButton.click()
    await playground.expectStatus(/^Stopped/)
    const names = await attempts.locator('option').allTextContents()
    expect(names[0]).toMatch(/^1: the model’s own start, step 1$/)
    expect(names[1]).toMatch(/^2: guess: \d at row \d, column \d, step \d+$/)
    await attempts.selectOption({ index: 1 })
    await expect.poll(() => page.locator('#readout-attempt').textContent()).toMatch(/^Attempt 2, guess: \d at row/)
    const guessed = (await playground.cellNames()).filter((name) => name.includes('guessed'))
    expect(guessed).toHaveLength(1)
  })
})

describe('when something goes wrong', () => {
  for (const where of ['In this page', 'At the edge']) {
    visit(`a solve is stopped and another works (${where.toLowerCase()})`, async ({ page, playground }) => {
      await playground.paste(ENDLESS)
      await page.getByRole('radio', { name: where }).check()
      await page.getByLabel('Steps at most').selectOption('1024')
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
        await page.getByLabel('Steps at most').selectOption('1024')
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

  // For the edge too: the model tells how many steps it takes.
  test.each(['In this page', 'At the edge'])(
    'what the page tells of its model is so: after a load that failed, once it came, and for the other kind (%s)',
    (where) =>
      withPage(served.browser, ROUTED, async ({ page }) => {
        const playground = new PlaygroundPage(page)
        const facts = async () => {
          const texts = await page.locator('.facts dd').allTextContents()
          return texts.slice(0, 4).join(' | ')
        }
        const none = '– | – | not loaded | –'
        const sudoku = /^sudoku.* \| [\d,]+ \| \d+ KiB \| wasm, /
        const weights = '**/*.safetensors'
        await page.route(weights, (route) => route.abort())
        await page.goto(served.url)
        await playground.expectStatus(/weights_fetch$/)
        expect(await facts()).toBe(none)
        await page.unroute(weights)
        await page.getByRole('radio', { name: where }).check()
        await playground.takeSample('Easy')
        await playground.solveButton.click()
        await playground.expectStatus(/^Solved/)
        expect(await facts()).toMatch(sudoku)
        await page.route(weights, (route) => route.abort())
        await page.getByRole('link', { name: 'Maze' }).click()
        await playground.expectStatus(/weights_fetch$/)
        expect(await facts()).toBe(none)
        await page.getByRole('link', { name: 'Sudoku' }).click()
        await expect.poll(facts).toMatch(sudoku)
      }),
  )

  test('a comparison that loads the model tells what it is', () =>
    withPage(served.browser, ROUTED, async ({ page }) => {
      await page.route('**/*.safetensors', (route) => route.abort())
      await page.goto(served.url)
      await new PlaygroundPage(page).expectStatus(/weights_fetch$/)
      await page.unroute('**/*.safetensors')
      await page.getByRole('button', { name: 'Compare', exact: true }).click()
      await expect.poll(() => page.locator('#fact-engine').textContent()).toMatch(/^wasm/)
      expect(await page.locator('#fact-model').textContent()).toMatch(/^sudoku/)
    }))

  visit(
    'a solve that fails before it begins leaves the buttons at work',
    async ({ page, playground }) => {
      await playground.takeSample('Easy')
      const choices = page.locator('input[name=where]')
      await choices.evaluateAll((inputs: HTMLInputElement[]) => {
        for (const input of inputs) input.checked = false
      })
      await playground.solveButton.click()
      await page.getByRole('radio', { name: 'In this page' }).check()
      await playground.solveButton.click()
      await playground.expectStatus(/^Solved/)
    },
    { expectComplaints: true },
  )

  test('a browser that takes no address for a while changes nothing else, and has the newest one later', () =>
    withPage(served.browser, {}, async ({ page, complaints }) => {
      const playground = new PlaygroundPage(page)
      await page.addInitScript(() => {
        history.replaceState = () => {
          throw new DOMException('Too many calls', 'SecurityError')
        }
      })
      await page.goto(`${served.url}#board=${EASY}`)
      await playground.expectStatus(/^Board of the link taken over/)
      await playground.takeSample('Hard')
      const address = page.url()
      expect(address).toContain(EASY)
      await playground.solveButton.click()
      await playground.expectStatus(/^Solved/)
      await page.evaluate(() => Reflect.deleteProperty(history, 'replaceState'))
      await expect.poll(() => page.url(), { timeout: 30_000 }).not.toBe(address)
      expect(page.url()).toMatch(/#board=[\d.]{81}$/)
      expect(complaints).toEqual([])
    }))

  test('a page whose script never comes promises nothing', () =>
    withPage(served.browser, ROUTED, async ({ page }) => {
      await page.route('**/app-*.js', (route) => route.fulfill({ status: 404 }))
      await page.goto(served.url)
      expect(await page.locator('#status').textContent()).toBe('Loading the page … If this stays, reload the page.')
    }))

  test('a solve that waits for the model says so', () =>
    withPage(served.browser, ROUTED, async ({ page }) => {
      const playground = new PlaygroundPage(page)
      const go = await holdUp(page, '**/*.safetensors')
      await page.goto(served.url)
      await playground.expectStatus(/^Press Solve, or type your own puzzle\.$/)
      await playground.takeSample('Easy')
      await playground.solveButton.click()
      await playground.expectStatus(/^Loading the model …$/)
      go()
      await playground.expectStatus(/^Solved/)
    }))

  test('a worker whose script is gone, as after a deployment, advises to reload', () =>
    withPage(served.browser, ROUTED, async ({ page }) => {
      const playground = new PlaygroundPage(page)
      await page.route('**/worker-*.js', (route) => route.fulfill({ status: 404 }))
      await page.goto(served.url)
      const said = /^The solver failed\. .* Reload the page: there may be a newer version\. engine_failed$/
      await playground.expectStatus(said)
      await playground.takeSample('Easy')
      await playground.solveButton.click()
      await playground.expectStatus(said)
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

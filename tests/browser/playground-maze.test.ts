import { describe, expect, test } from 'vitest'
import { EXAMPLE_MAZE } from '../../worker/examples.ts'
import { isPathOf, MAZE } from '../worker/mazes.ts'
import { holdUp, withPage } from './chromium.ts'
import { MazePage, visitMaze } from './maze-page.ts'
import { servePlayground } from './served-playground.ts'

/** For requests that a test answers: what a service worker fetches cannot be answered so. */
const ROUTED = { serviceWorkers: 'block' } as const

const served = servePlayground()

const visit = visitMaze(served)

describe('the switch', () => {
  test('a Sudoku comes first and loads nothing for mazes; the address remembers which it is', () =>
    withPage(served.browser, { serviceWorkers: 'block' }, async ({ page, complaints }) => {
      const asked: string[] = []
      page.on('request', (request) => asked.push(new URL(request.url()).pathname))
      await page.goto(served.url)
      await expect.poll(() => page.locator('#fact-engine').textContent()).toMatch(/^wasm/)
      expect(asked.filter((path) => path.includes('maze'))).toEqual([])
      expect(await page.locator('#maze-board').count()).toBe(0)

      const maze = new MazePage(page)
      const model = await page.locator('#fact-model').textContent()
      await page.getByRole('link', { name: 'Maze' }).click()
      await maze.waitUntilThere()
      await expect.poll(() => new URL(page.url()).hash).toMatch(/^#maze=30x30\./)
      expect(await page.locator('#board').isVisible()).toBe(false)
      await expect.poll(() => page.locator('#fact-model').textContent()).not.toBe(model)
      expect(new Set(asked.filter((path) => path.includes('maze')).map((path) => path.split('.').pop()))).toEqual(
        new Set(['js', 'css', 'safetensors']),
      )
      expect(await page.getByRole('link', { name: 'Maze' }).getAttribute('aria-current')).toBe('page')

      await page.goBack()
      await expect.poll(() => page.locator('#board').isVisible()).toBe(true)
      expect(await page.locator('#maze-board').isVisible()).toBe(false)
      await expect.poll(() => page.locator('#fact-model').textContent()).toBe(model)
      await maze.takeSample('Easy')
      await maze.solveButton.click()
      await maze.expectStatus(/^Solved/)
      expect(complaints).toEqual([])
    }))

  test('a click tries again after mazes could not be loaded', () =>
    withPage(served.browser, ROUTED, async ({ page }) => {
      await page.goto(served.url)
      const maze = new MazePage(page)
      const scripts = '**/maze-*.js'
      await page.route(scripts, (route) => route.abort())
      await page.getByRole('link', { name: 'Maze' }).click()
      await maze.expectStatus(/^Mazes could not be loaded\. .* Reload the page: there may be a newer version\.$/)
      await page.unroute(scripts)
      await page.getByRole('link', { name: 'Maze' }).click()
      await maze.waitUntilThere()
    }))

  visit('a reload shows the same maze', async (maze) => {
    await expect.poll(() => maze.page.url()).toContain('#maze=30x30.')
    const before = await maze.question()
    await maze.page.reload()
    await maze.waitUntilThere()
    await expect.poll(() => maze.question()).toBe(before)
  })

  visit('the link of what is there already changes nothing', async (maze) => {
    const { page } = maze
    await maze.paste(MAZE)
    await page.getByLabel('Steps at most').selectOption('64')
    await maze.solveButton.click()
    await maze.expectStatus(/^Solved/)
    await maze.expectAtRest()
    const [url, board, step] = [page.url(), await maze.board(), await page.locator('#readout-step').textContent()]
    await page.getByRole('link', { name: 'Maze' }).click()
    await expect.poll(() => page.url()).toBe(url)
    await maze.expectAtRest()
    expect(await page.locator('#readout-step').textContent()).toBe(step)
    expect(await maze.board()).toBe(board)
    expect(await page.getByLabel('Steps at most').inputValue()).toBe('64')
  })

  visit('the link of the mazes that are there leaves the focus where it is', async ({ page }) => {
    await page.getByRole('link', { name: 'Maze' }).focus()
    // The address tells nothing: it is the same before and after.
    await page.evaluate(() => {
      const followed = new Promise<void>((resolve) => addEventListener('hashchange', () => resolve(), { once: true }))
      Object.assign(globalThis, { followed })
    })
    await page.keyboard.press('Enter')
    await page.evaluate(() => (globalThis as unknown as { followed: Promise<void> }).followed)
    await expect.poll(() => page.url()).toContain('#maze=')
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Maze')
  })

  visit('the way there and back keeps budget and seed', async (maze) => {
    const { page } = maze
    const chosen = async () => [
      await page.getByLabel('Steps at most').inputValue(),
      await page.getByLabel('Seed').inputValue(),
    ]
    await page.getByLabel('Steps at most').selectOption('64')
    await page.getByLabel('Seed').fill('7')
    await page.getByRole('link', { name: 'Sudoku' }).click()
    await expect.poll(() => page.locator('#board').isVisible()).toBe(true)
    expect(await chosen()).toEqual(['64', '7'])
    await page.getByRole('link', { name: 'Maze' }).click()
    await expect.poll(() => page.url()).toMatch(/#maze=30x30.*&steps=64&seed=7$/)
    expect(await chosen()).toEqual(['64', '7'])
  })

  visit('a link carries the maze, budget and seed', async (maze) => {
    const { page } = maze
    await maze.paste(MAZE)
    await page.getByLabel('Steps at most').selectOption('64')
    await page.getByLabel('Seed').fill('7')
    await page.getByRole('button', { name: 'Copy link' }).click()
    const link = page.url()
    await page.getByRole('button', { name: 'New maze' }).click()
    await expect.poll(() => maze.question()).not.toBe(MAZE)
    await page.goto('about:blank')
    await page.goto(link)
    await maze.waitUntilThere()
    await expect.poll(() => maze.question()).toBe(MAZE)
    expect(await page.getByLabel('Steps at most').inputValue()).toBe('64')
    expect(await page.getByLabel('Seed').inputValue()).toBe('7')
  })

  visit(
    'a link to no maze is told, and there is another to go on with',
    async (maze) => {
      await maze.expectStatus(/^That is not a maze\./)
      expect((await maze.question()).split('\n')).toHaveLength(30)
    },
    '#maze=3x3.nonsense',
  )
})

describe('solving', () => {
  for (const where of ['In this page', 'At the edge']) {
    visit(`ends with a shortest path (${where.toLowerCase()})`, async (maze) => {
      const { page } = maze
      await maze.paste(MAZE)
      await maze.expectStatus(/^Maze taken over\. A way leads/)
      await page.getByRole('radio', { name: where }).check()
      await maze.solveButton.click()
      await maze.expectStatus(/^Solved in \d+ steps? and .*: \d+ moves\. It was checked that the path leads/)
      await maze.expectAtRest()
      const answer = await maze.board()
      expect(isPathOf(MAZE, answer)).toBe(true)
      const [, moves] = /: (\d+) moves/.exec((await maze.status.textContent())!)!
      expect(answer.split('o')).toHaveLength(Number(moves))
    })
  }

  visit(
    'at the edge with no more steps than it takes for a maze of this size, and says so',
    async (maze) => {
      const { page } = maze
      const { tasks } = await (await fetch(`${served.url}v1/tasks`)).json()
      const { boardLengths, maxSteps } = tasks.find(({ name }: { name: string }) => name === 'maze')
      expect(boardLengths).toEqual([900])
      expect(maxSteps[0]).toBeLessThan(1024)
      let asked: unknown
      const go = await holdUp(page, '**/v1/solve', (request) => {
        asked = request.postDataJSON().maxSteps
      })
      await maze.paste(MAZE)
      await page.getByRole('radio', { name: 'At the edge' }).check()
      await page.getByLabel('Steps at most').selectOption('1024')
      await maze.solveButton.click()
      await maze.expectStatus(
        new RegExp(`^Thinking at the edge\\. It takes ${maxSteps[0]} steps at most for a board of this size\\.$`),
      )
      await expect.poll(() => asked).toBe(maxSteps[0])
      go()
      await maze.expectStatus(/^Solved/)
      // A link carries what was asked for.
      expect(page.url()).toContain('&steps=1024')
    },
    '#maze',
    ROUTED,
  )

  visit('what is pasted and no maze leaves the solve as it is', async (maze) => {
    await maze.paste(MAZE)
    await maze.solveButton.click()
    await maze.expectStatus(/^Solved/)
    await maze.expectAtRest()
    const board = await maze.board()
    await maze.paste('hello')
    await maze.expectStatus(/^That is not a maze\./)
    await maze.expectAtRest()
    expect(await maze.board()).toBe(board)
    expect(isPathOf(MAZE, board)).toBe(true)
  })

  visit('shows at each step what the model believes of the free cells, and nothing of others', async (maze) => {
    const { page } = maze
    await maze.paste(MAZE)
    await maze.solveButton.click()
    await maze.expectStatus(/^Solved/)
    await maze.expectAtRest()
    await page.locator('#scrubber').fill('1')
    await expect.poll(() => page.locator('#readout-step').textContent()).toMatch(/^Step 1 of \d+/)
    const names = await maze.cellNames()
    for (const [i, symbol] of [...MAZE.replaceAll('\n', '')].entries()) {
      if (symbol === ' ') expect(names[i]).toMatch(/, free, (no )?path, \d+% believed on the path$/)
      else expect(names[i]).toMatch(/, (wall|start|goal)$/)
    }
    const believed = names.map((name) => Number(/(\d+)%/.exec(name)?.[1] ?? 0))
    const shades = await page
      .locator('#maze-board [role=gridcell]')
      .evaluateAll((cells) =>
        cells.map((cell) => Number.parseFloat((cell as HTMLElement).style.getPropertyValue('--path'))),
      )
    expect(shades.map(Math.round)).toEqual(believed)
    expect(new Set(believed).size).toBeGreaterThan(1)
    await page.locator('#scrubber').fill('0')
    await expect.poll(() => maze.board()).toBe(MAZE)
  })

  visit('says what the seed does to a maze, and nothing of a halting head that tells nothing', async (maze) => {
    const { page } = maze
    const shown = (text: RegExp) => page.getByText(text).locator('visible=true').count()
    const label = () => page.locator('#chart').getAttribute('aria-label')
    expect(await shown(/^A maze is read as it stands, then turned and mirrored/)).toBe(1)
    expect(await shown(/other guesses/)).toBe(0)
    await maze.paste(MAZE)
    await maze.solveButton.click()
    await maze.expectStatus(/^Solved/)
    await expect.poll(label).toMatch(/^Chart over \d+ steps?: mean confidence from \d+% to \d+%$/)
    expect(await shown(/halting head/i)).toBe(0)
    await page.getByRole('link', { name: 'Sudoku' }).click()
    await maze.takeSample('Easy')
    await maze.solveButton.click()
    await maze.expectStatus(/^Solved/)
    await expect.poll(label).toMatch(/, halting head from \d+% to \d+%$/)
    expect(await shown(/halting head/i)).toBe(2)
    expect(await shown(/other guesses/)).toBe(1)
  })

  visit(
    'one that was not solved is said to be so, and shown as no answer',
    async (maze) => {
      const result = {
        task: 'maze',
        status: 'unsolved',
        solution: null,
        steps: 16,
        attempts: 1,
        verified: false,
        model: 'm',
      }
      await maze.page.route('**/v1/solve', (route) =>
        route.fulfill({ contentType: 'text/event-stream', body: `event: result\ndata: ${JSON.stringify(result)}\n\n` }),
      )
      await maze.paste(MAZE)
      await maze.page.getByRole('radio', { name: 'At the edge' }).check()
      await maze.solveButton.click()
      await maze.expectStatus(
        /^Not solved within 16 steps\. No board that the model reached keeps every rule.* the first 8 attempts are the same with every seed\.$/,
      )
      expect(await maze.board()).toBe(MAZE)
    },
    '#maze',
    ROUTED,
  )

  visit(
    'is stopped, changes nothing meanwhile, and another maze is solved',
    async (maze) => {
      const { page } = maze
      await page.route('**/v1/solve', () => {}) // never answered
      await maze.paste(MAZE)
      await page.getByRole('radio', { name: 'At the edge' }).check()
      await maze.solveButton.click()
      await maze.expectStatus(/^Thinking at the edge\.$/)
      await maze.cell(1, 1).click()
      await maze.expectStatus(/^The model is at work\./)
      expect(await maze.board()).toBe(MAZE)
      await maze.solveButton.click()
      await maze.expectStatus(/^Stopped before the first step\.$/)
      await page.getByRole('radio', { name: 'In this page' }).check()
      await maze.paste(EXAMPLE_MAZE)
      await maze.solveButton.click()
      await maze.expectStatus(/^Solved/)
    },
    '#maze',
    ROUTED,
  )
})

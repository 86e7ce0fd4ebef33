import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { launchChromium, withPage } from '../browser/chromium.ts'
import { serveFolder } from '../browser/static-server.ts'
import { createProject, type Project, repository, SOLUTION } from './project.ts'

let browser: Browser
let project: Project
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser?.close())
afterEach(() => project?.remove())

/** The example's files around the packed package, and around nothing of this repository but what is `linked`. */
async function takeExample(name: string, linked: string[] = []): Promise<void> {
  project = await createProject({}, linked)
  const filter = (path: string) => !path.includes('node_modules')
  await cp(join(repository, 'examples', name), project.folder, { recursive: true, filter })
}

/** Solves, refuses a bad board, solves again. */
async function tryOut(folder: string, type: (page: Page, board: string) => Promise<void>, read: string): Promise<void> {
  const server = await serveFolder(folder)
  try {
    await withPage(browser, {}, async ({ page, complaints }) => {
      const status = page.getByRole('status')
      await page.goto(server.origin)
      await page.getByRole('button', { name: 'Solve' }).click()
      await expect.poll(() => status.textContent(), { timeout: 30_000 }).toMatch(/^Solved in \d+ steps\.$/)
      expect((await page.locator(read).textContent())!.replace(/\s/g, '')).toBe(SOLUTION)
      await type(page, `55${'.'.repeat(79)}`)
      await page.getByRole('button', { name: 'Solve' }).click()
      await expect.poll(() => status.textContent()).toContain('5')
      expect(await status.textContent()).not.toMatch(/Solved|Step/)
      await type(page, `.${SOLUTION.slice(1)}`)
      await page.getByRole('button', { name: 'Solve' }).click()
      await expect.poll(() => status.textContent()).toMatch(/^Solved in \d+ steps\.$/)
      expect(complaints).toEqual([])
    })
  } finally {
    server.close()
  }
}

test('vanilla', async () => {
  await takeExample('vanilla')
  await tryOut(project.folder, (page, board) => page.locator('#board').fill(board), '#steps')
})

test('react, type-checked and built by Vite', async () => {
  await takeExample('react', ['react', 'react-dom', '@types/react', '@types/react-dom'])
  await project.run('tsc')
  await project.run('vite', 'build', '--logLevel', 'warn')
  await tryOut(join(project.folder, 'dist'), (page, board) => page.getByLabel('Puzzle').fill(board), 'table')
})

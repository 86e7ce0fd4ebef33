import { cp, mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { launchChromium, withPage } from '../browser/chromium.ts'
import { serveFolder } from '../browser/static-server.ts'
import { createProject, type Project, repository, SOLUTION } from './project.ts'
import { startVite } from './vite.ts'

let browser: Browser
let project: Project
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser?.close())
afterEach(() => project?.remove())

/** What the example needs besides the package. */
const REACT = ['react', 'react-dom', '@types/react', '@types/react-dom', 'vite']

async function copyExample(name: string, to: string): Promise<void> {
  const filter = (path: string) => !path.includes('node_modules')
  await cp(join(repository, 'examples', name), to, { recursive: true, filter })
}

/** The example's files around the packed package, and around nothing of this repository but what is `linked`. */
async function takeExample(name: string, linked: string[] = []): Promise<void> {
  project = await createProject({}, linked)
  await copyExample(name, project.folder)
}

/** The example's folder two below the package's, to which it has a link: what npm makes of `file:../..`. */
async function takeExampleBelow(name: string, linked: string[]): Promise<string> {
  project = await createProject({}, linked)
  const above = join(project.folder, 'repository')
  await cp(join(project.folder, 'node_modules/hrm-edge'), above, { recursive: true })
  const folder = join(above, 'examples', name)
  await copyExample(name, folder)
  await mkdir(join(folder, 'node_modules'))
  await symlink('../../..', join(folder, 'node_modules/hrm-edge'))
  return folder
}

type Enter = (page: Page, board: string) => Promise<void>

/** Solves, refuses a bad board, solves again. */
async function tryOut(url: string, enter: Enter, read: string): Promise<void> {
  await withPage(browser, {}, async ({ page, complaints }) => {
    const status = page.getByRole('status')
    await page.goto(url)
    await page.getByRole('button', { name: 'Solve' }).click()
    await expect.poll(() => status.textContent(), { timeout: 30_000 }).toMatch(/^Solved in \d+ steps\.$/)
    expect((await page.locator(read).textContent())!.replace(/\s/g, '')).toBe(SOLUTION)
    await enter(page, `55${'.'.repeat(79)}`)
    await page.getByRole('button', { name: 'Solve' }).click()
    await expect.poll(() => status.textContent()).toContain('5')
    expect(await status.textContent()).not.toMatch(/Solved|Step/)
    await enter(page, `.${SOLUTION.slice(1)}`)
    await page.getByRole('button', { name: 'Solve' }).click()
    await expect.poll(() => status.textContent()).toMatch(/^Solved in \d+ steps\.$/)
    expect(complaints).toEqual([])
  })
}

async function tryOutFiles(folder: string, enter: Enter, read: string): Promise<void> {
  const server = await serveFolder(folder)
  try {
    await tryOut(server.origin, enter, read)
  } finally {
    server.close()
  }
}

const enterInReact: Enter = (page, board) => page.getByLabel('Puzzle').fill(board)

test('vanilla', async () => {
  await takeExample('vanilla')
  await tryOutFiles(project.folder, (page, board) => page.locator('#board').fill(board), '#steps')
})

test('react, type-checked and built by Vite', async () => {
  await takeExample('react', REACT)
  await project.run('tsc')
  await project.run('vite', 'build', '--logLevel', 'warn')
  await tryOutFiles(join(project.folder, 'dist'), enterInReact, 'table')
})

test('react in its place below the package, served by Vite as `npm run dev` does', async () => {
  const vite = await startVite(await takeExampleBelow('react', REACT))
  try {
    await tryOut(vite.url, enterInReact, 'table')
  } finally {
    await vite.close()
  }
})

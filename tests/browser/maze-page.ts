import type { BrowserContextOptions } from 'playwright-core'
import { expect, test } from 'vitest'
import { withPage } from './chromium.ts'
import { PlaygroundPage } from './playground-page.ts'
import type { servePlayground } from './served-playground.ts'

/** Hands and eyes on the playground's mazes. */
export class MazePage extends PlaygroundPage {
  /** Names of all cells, as a screen reader speaks them. */
  override async cellNames(): Promise<string[]> {
    await this.drawn()
    return this.page
      .locator('#maze-board [role=gridcell]')
      .evaluateAll((cells) => cells.map((cell) => cell.ariaLabel ?? ''))
  }

  async waitUntilThere(): Promise<void> {
    await expect.poll(async () => (await this.cellNames())[0]).toMatch(/^row 1, column 1, /)
  }

  /** The maze as it stands, a line a row, `o` where the model reads the path. */
  override async board(): Promise<string> {
    await this.drawn()
    return (
      await this.page.locator('#maze-board [role=row]').evaluateAll((rows) =>
        rows.map((row) =>
          [...row.children]
            .map(({ ariaLabel }) => {
              const [, , name, read] = ariaLabel!.split(', ')
              return name === 'wall'
                ? '#'
                : name === 'start'
                  ? 'S'
                  : name === 'goal'
                    ? 'G'
                    : read === 'path'
                      ? 'o'
                      : ' '
            })
            .join(''),
        ),
      )
    ).join('\n')
  }

  /** The maze without what the model reads. */
  async question(): Promise<string> {
    return (await this.board()).replaceAll('o', ' ')
  }

  override cell(row: number, column: number) {
    return this.page.locator(`#maze-board [role=row]:nth-child(${row}) > :nth-child(${column})`)
  }
}

/** Tests on a page that was opened with a maze, that also fail for any complaint on the console. */
export function visitMaze(served: ReturnType<typeof servePlayground>) {
  return (
    name: string,
    use: (maze: MazePage) => Promise<void>,
    hash = '#maze',
    options: BrowserContextOptions = {},
  ): void => {
    test(name, () =>
      withPage(served.browser, { viewport: { width: 1200, height: 900 }, ...options }, async ({ page, complaints }) => {
        await page.goto(`${served.url}${hash}`)
        const maze = new MazePage(page)
        await maze.waitUntilThere()
        await use(maze)
        expect(complaints).toEqual([])
      }),
    )
  }
}

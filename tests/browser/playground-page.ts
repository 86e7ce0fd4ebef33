import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { ENDLESS } from '../helpers/boards.ts'

/** Hands and eyes on the playground. */
export class PlaygroundPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  get status() {
    return this.page.locator('#status')
  }

  get solveButton() {
    return this.page.getByRole('button', { name: /^(Solve|Stop)$/ })
  }

  cell(row: number, column: number) {
    return this.page.getByRole('gridcell', { name: new RegExp(`^row ${row}, column ${column},`) })
  }

  /**
   * Waits until the page has drawn what was done so far. It draws once a frame: cells, readouts and buttons may be those of
   * before when a click returns, and cells have no names yet when the page has just loaded. What changes at once: the
   * status line, the chips, the text and the address.
   */
  async drawn(): Promise<void> {
    // Of the same frame's callbacks the page's comes first: it was asked for earlier.
    await this.page.evaluate(() => new Promise((drawn) => requestAnimationFrame(drawn)))
  }

  /** Names of all cells, as a screen reader speaks them. */
  async cellNames(): Promise<string[]> {
    await this.drawn()
    return this.page.getByRole('gridcell').evaluateAll((cells) => cells.map((cell) => cell.ariaLabel ?? ''))
  }

  /** The board as it stands, `.` for an empty cell. */
  async board(): Promise<string> {
    return (await this.cellNames()).map((name) => /(?:given|model) (\d)/.exec(name)?.[1] ?? '.').join('')
  }

  async givens(): Promise<string> {
    return (await this.cellNames()).map((name) => /given (\d)/.exec(name)?.[1] ?? '.').join('')
  }

  takeSample(name: string) {
    return this.page.getByRole('button', { name, exact: true }).click()
  }

  /** Puts text on the clipboard's way into the page, as Ctrl+V does. */
  async paste(text: string): Promise<void> {
    await this.page.evaluate((data) => {
      const clipboardData = new DataTransfer()
      clipboardData.setData('text/plain', data)
      const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true })
      document.activeElement!.dispatchEvent(event)
    }, text)
  }

  /** Lets the model think about a board without a solution, for exactly so many steps. */
  async thinkFor(maxSteps: number): Promise<void> {
    await this.paste(ENDLESS)
    await this.page.getByLabel('Steps at most').selectOption(String(maxSteps))
    await this.solveButton.click()
    await this.expectStatus(new RegExp(`^Not solved within ${maxSteps} steps`), 80_000)
  }

  async expectStatus(pattern: RegExp, timeout = 45_000): Promise<void> {
    await expect.poll(() => this.status.textContent(), { timeout }).toMatch(pattern)
  }

  /** Waits until playing has reached the last step of a solve that has ended. */
  async expectAtRest(): Promise<void> {
    await this.drawn()
    await expect.poll(() => this.page.locator('#last').isDisabled()).toBe(true)
    await expect.poll(() => this.page.locator('#play').getAttribute('aria-label')).toBe('Play')
  }
}

const UNITS = Array.from({ length: 9 }, (_, n) => n).flatMap((n) => [
  Array.from({ length: 9 }, (_, i) => n * 9 + i),
  Array.from({ length: 9 }, (_, i) => i * 9 + n),
  Array.from({ length: 9 }, (_, i) => (Math.floor(n / 3) * 3 + Math.floor(i / 3)) * 9 + (n % 3) * 3 + (i % 3)),
])

/** The rules, written apart from the solver's own verifier. */
export function expectSolution(board: string, givens: string): void {
  for (const unit of UNITS)
    expect(
      unit
        .map((index) => board[index])
        .sort()
        .join(''),
    ).toBe('123456789')
  const kept = [...board].map((digit, index) => (givens[index] === '.' ? '.' : digit)).join('')
  expect(kept).toBe(givens)
}

import axe from 'axe-core'
import type { Page } from 'playwright-core'

/** WCAG 2.2 at levels A and AA, and what axe holds for good practice beyond it. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/**
 * What axe finds wrong with the page as it stands: contrast, names, roles, structure, target sizes.
 * @returns a line for each element; empty when all is well
 */
export async function findViolations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  return page.evaluate(async (rules) => {
    const found = await (globalThis as unknown as { axe: typeof axe }).axe.run({
      runOnly: rules,
      resultTypes: ['violations'],
    })
    return found.violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, any, all, none }) => {
        const why = [...any, ...all, ...none].map(({ message }) => message)
        return `${id} ${target}: ${why.join('; ')}`
      }),
    )
  }, RULES)
}

/** How wide the page is, and what of its main part sticks out of the window. */
export const findOverflow = (page: Page): Promise<{ width: number; wide: string[] }> =>
  page.evaluate(() => ({
    width: document.documentElement.scrollWidth,
    wide: [...document.querySelectorAll('main *')]
      .filter((element) => element.getBoundingClientRect().right > innerWidth + 0.5)
      .map((element) => element.outerHTML.slice(0, 80)),
  }))

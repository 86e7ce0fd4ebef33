/** How to solve a puzzle: with the puzzle itself, all that decides the steps of a solve. */
export interface LinkedRequest {
  maxSteps: number
  seed: number
}

/** What the page begins with, and links leave out. */
const DEFAULTS = { maxSteps: 256, seed: 0 }
/** Seeds are whole numbers from 0 to this. */
export const LARGEST_SEED = 2 ** 31 - 1

/** The part of a link that carries the solve: on another machine it shows the same reasoning. @param puzzle name and value */
export function toHash([name, value]: readonly [string, string], { maxSteps, seed }: LinkedRequest): string {
  const parts = [value === '' ? name : `${name}=${value}`]
  if (maxSteps !== DEFAULTS.maxSteps) parts.push(`steps=${maxSteps}`)
  if (seed !== DEFAULTS.seed && isSeed(seed)) parts.push(`seed=${seed}`)
  return `#${parts.join('&')}`
}

/**
 * What a link carries: a Sudoku as `board`, or a maze, which may be empty; either may be absent. Without numbers that are
 * of use, those that the page begins with count; a link that names no puzzle of its own keeps those of now.
 * @param steps the budgets that the page offers
 * @param now the budget and the seed that are chosen
 */
export function fromHash(
  hash: string,
  steps: readonly number[],
  now: LinkedRequest = DEFAULTS,
): LinkedRequest & { board?: string; maze?: string } {
  const params = new URLSearchParams(hash.replace(/^#/, ''))
  const [maxSteps, seed] = ['steps', 'seed'].map((name) => Number(params.get(name) ?? Number.NaN))
  const otherwise = params.get('board') || params.get('maze') ? DEFAULTS : now
  return {
    board: params.get('board') ?? undefined,
    maze: params.get('maze') ?? undefined,
    maxSteps: steps.includes(maxSteps) ? maxSteps : otherwise.maxSteps,
    seed: isSeed(seed) ? seed : otherwise.seed,
  }
}

export const isSeed = (seed: number) => Number.isInteger(seed) && seed >= 0 && seed <= LARGEST_SEED

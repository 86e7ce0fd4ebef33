import { type ParsedBoard, parseBoardText } from './board-text.ts'

/** What decides every step of a solve: a link that carries all of it shows the same reasoning on another machine. */
export interface LinkedSolve {
  board: string
  maxSteps: number
  seed: number
}

/** What the page begins with, and links leave out. */
const DEFAULTS = { maxSteps: 256, seed: 0 }
/** Seeds are whole numbers from 0 to this. */
export const LARGEST_SEED = 2 ** 31 - 1

/** The part of a link that carries the solve. */
export function toHash({ board, maxSteps, seed }: LinkedSolve): string {
  const parts = [`board=${board}`]
  if (maxSteps !== DEFAULTS.maxSteps) parts.push(`steps=${maxSteps}`)
  if (seed !== DEFAULTS.seed && isSeed(seed)) parts.push(`seed=${seed}`)
  return `#${parts.join('&')}`
}

/**
 * The solve of a link; undefined where the link has none. Numbers that are of no use are those of the page.
 * @param steps the budgets that the page offers
 */
export function fromHash(
  hash: string,
  steps: readonly number[],
): (ParsedBoard & Omit<LinkedSolve, 'board'>) | undefined {
  const params = new URLSearchParams(hash.replace(/^#/, ''))
  const board = params.get('board')
  if (board === null) return undefined
  const [maxSteps, seed] = ['steps', 'seed'].map((name) => Number(params.get(name)))
  return {
    ...parseBoardText(board),
    maxSteps: steps.includes(maxSteps) ? maxSteps : DEFAULTS.maxSteps,
    seed: isSeed(seed) ? seed : DEFAULTS.seed,
  }
}

export const isSeed = (seed: number) => Number.isInteger(seed) && seed >= 0 && seed <= LARGEST_SEED

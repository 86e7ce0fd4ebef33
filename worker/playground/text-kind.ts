import { LONGEST, parseBoardText } from './board-text.ts'
import type { PageTask } from './face.ts'

const MAZE = /^[#. o\r\n]*(S[#. o\r\n]*G|G[#. o\r\n]*S)[#. o\r\n]*$/

/** Which kind of puzzle a text is, where it can be told: no text is both. */
export function kindOf(text: string): PageTask | undefined {
  if (text.length > LONGEST) return undefined
  if (MAZE.test(text)) return 'maze'
  return /[1-9]/.test(text) && parseBoardText(text).problem === undefined ? 'sudoku' : undefined
}

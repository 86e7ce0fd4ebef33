import type { ModelConfig } from '../src/weights/config.ts'

/** Whether a model reads boards of other sizes than the trained one. */
export function anySize({ task, token_kind, pos_encodings, lists, list_bias }: ModelConfig): boolean {
  switch (task.kind) {
    case 'sudoku':
      return token_kind === 'candidates'
    case 'maze':
      // a bias has a place for each cell of a list, so only lists as wide on every board fit it
      return pos_encodings === 'none' && (!list_bias || lists.every((name) => name === 'neighbours'))
    case 'grid':
      return false
  }
}

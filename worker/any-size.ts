import { readsAnySize } from '../src/tasks/maze/any-size.ts'
import type { ModelConfig } from '../src/weights/config.ts'

/** Whether a model reads boards of other sizes than the trained one. */
export function anySize(config: ModelConfig): boolean {
  switch (config.task.kind) {
    case 'sudoku':
      return config.token_kind === 'candidates'
    case 'maze':
      return readsAnySize(config)
    case 'grid':
      return false
  }
}

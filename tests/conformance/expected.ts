import type { ConformanceTask, Extent } from './boards.ts'
import expected from './expected.json' with { type: 'json' }

/** Hash of the logits of a task's boards with the weights of model.ts, as tests/conformance/write.ts wrote it. */
export const expectedHash = (task: ConformanceTask, extent: Extent): string => expected[task][extent]

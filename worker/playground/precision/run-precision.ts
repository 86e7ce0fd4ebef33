import { HrmError } from '../../../src/errors.ts'
import { Link } from '../../../src/threads/link.ts'
import { streamSteps } from '../../../src/threads/stream.ts'
import { startWorker } from '../start-worker.ts'
import { weightsHashes } from '../weights-hash.ts'
import type { PrecisionStep } from './lockstep.ts'
import type { PrecisionRequest } from './serve-precision.ts'

/** Runs int8 and float32 side by side in a worker of their own, which ends with the last step. */
export async function* runPrecision(
  board: string,
  { maxSteps, signal }: { maxSteps: number; signal: AbortSignal },
): AsyncGenerator<PrecisionStep, void, void> {
  const link = new Link(startWorker('precision'))
  const request: PrecisionRequest = { type: 'precision', board, maxSteps, sha256: weightsHashes.sudoku }
  try {
    yield* streamSteps<PrecisionStep, void>(link, request, signal)
  } finally {
    link.close(new HrmError('disposed', 'the comparison has ended'))
  }
}

import type { GpuReport } from '../../../src/bench/gpu-bench.ts'
import { HrmError } from '../../../src/errors.ts'
import { Link } from '../../../src/threads/link.ts'
import { request } from '../../../src/threads/request.ts'
import { ORT } from '../ort.ts'
import { weightsHashes } from '../weights-hash.ts'
import type { MeasureProgress, MeasureRequest } from './measure-entry.ts'

// Put in by build.mjs.
declare const MEASURE_FILE: string

/** Times batches on this device's GPU and in wasm, in a worker of its own. */
export async function runMeasure(
  signal: AbortSignal,
  onProgress: (progress: MeasureProgress) => void,
): Promise<GpuReport> {
  const link = new Link(new Worker(new URL(MEASURE_FILE, document.baseURI), { type: 'module', name: 'measure' }))
  const message: MeasureRequest = { type: 'measure', ort: ORT, sha256: weightsHashes.sudoku }
  try {
    return await request<GpuReport>(link, message, { signal, onProgress })
  } finally {
    link.close(new HrmError('disposed', 'the measurement has ended'))
  }
}

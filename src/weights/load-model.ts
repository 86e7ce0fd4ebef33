import { platform } from '#platform'
import { HrmError } from '../errors.ts'
import { SHIPPED_TASKS, type ShippedTask } from '../platform/platform.ts'
import type { CreateSolverOptions } from '../solve/types.ts'
import type { Model } from './model.ts'
import { readModel } from './read-model.ts'

export interface LoadedModel {
  readonly model: Model
  /** Of the whole file, lower-case hex; empty where the page has no crypto.subtle (plain http). */
  readonly sha256: string
}

/**
 * Reads and checks the weights that the options ask for.
 * @throws HrmError `weights_*`, `task_unknown`, `task_mismatch`, `aborted`
 */
export async function loadModel(options: CreateSolverOptions): Promise<LoadedModel> {
  const { task, weights, signal, onProgress } = options
  const bytes = await readBytes(options)
  const sha256 = await hashOf(bytes)
  if (options.sha256 !== undefined && options.sha256.toLowerCase() !== sha256) {
    throw new HrmError('weights_hash', `sha256 of the weights is ${sha256 || 'unknown here'}, not ${options.sha256}`)
  }
  if (signal?.aborted) throw new HrmError('aborted', 'reading the weights was aborted', { cause: signal.reason })
  if (weights instanceof ArrayBuffer || ArrayBuffer.isView(weights)) {
    onProgress?.({ loaded: bytes.byteLength, total: bytes.byteLength })
  }
  const model = readModel(bytes)
  if (task !== undefined && model.config.task.name !== task) {
    throw new HrmError('task_mismatch', `the weights are for ${model.config.task.name}, not ${task}`)
  }
  return { model, sha256 }
}

function readBytes({ task, weights, signal, onProgress }: CreateSolverOptions): Promise<Uint8Array> {
  if (weights === undefined) {
    return platform.loadShippedWeights(shippedTask(task ?? 'sudoku'), signal, onProgress)
  }
  if (weights instanceof ArrayBuffer) return Promise.resolve(new Uint8Array(weights))
  if (ArrayBuffer.isView(weights)) {
    return Promise.resolve(new Uint8Array(weights.buffer, weights.byteOffset, weights.byteLength))
  }
  if (typeof weights === 'string') return platform.loadNamed(weights, signal, onProgress)
  if (weights instanceof URL) return platform.loadNamed(weights.href, signal, onProgress)
  throw new HrmError('option_invalid', 'weights must be an ArrayBuffer, a Uint8Array, a URL or a string')
}

function shippedTask(task: string): ShippedTask {
  const known = SHIPPED_TASKS.find((t) => t === task)
  if (!known) {
    throw new HrmError(
      'task_unknown',
      `no weights ship for ${JSON.stringify(task)}; known: ${SHIPPED_TASKS.join(', ')}`,
    )
  }
  return known
}

async function hashOf(bytes: Uint8Array): Promise<string> {
  if (!globalThis.crypto?.subtle) return ''
  const digest = await crypto.subtle.digest('SHA-256', bytes as BufferSource)
  return Array.from(new Uint8Array(digest), (b) => b.toString(16).padStart(2, '0')).join('')
}

import { platform } from '#platform'
import { checkFunction, checkSignal } from '../check-options.ts'
import { HrmError } from '../errors.ts'
import { throwIfAborted } from '../on-abort.ts'
import { SHIPPED_TASKS, type ShippedTask } from '../platform/platform.ts'
import { show } from '../show.ts'
import type { CreateSolverOptions } from '../solve/types.ts'
import { bytesOf, isBytes } from './bytes-of.ts'
import { hashOf } from './hash.ts'
import { readKept } from './keep.ts'
import type { Model } from './model.ts'
import { readBlob } from './read-blob.ts'
import { readModel } from './read-model.ts'

export interface LoadedModel {
  readonly model: Model
  /** Of the whole file, lower-case hex; empty where the page has no crypto.subtle (plain http). */
  readonly sha256: string
}

/**
 * Reads and checks the weights that the options ask for.
 * @param files is given the file, unless its bytes are among the options
 * @throws HrmError `weights_*`, `task_unknown`, `task_mismatch`, `option_invalid`, `aborted`
 */
export async function loadModel(options: CreateSolverOptions, files?: { weights?: Uint8Array }): Promise<LoadedModel> {
  const { task, weights, cache = true, signal, onProgress } = options
  checkSignal(signal)
  checkFunction('onProgress', onProgress)
  if (typeof cache !== 'boolean') throw new HrmError('option_invalid', 'cache must be true or false')
  const wanted = checkHash(options.sha256)
  const bytes = await readBytes(options, wanted)
  const sha256 = await hashOf(bytes)
  if (wanted !== undefined && wanted !== sha256) {
    throw new HrmError('weights_hash', `sha256 of the weights is ${sha256 || 'unknown here'}, not ${wanted}`)
  }
  throwIfAborted(signal, 'reading the weights')
  const given = isBytes(weights) || weights instanceof Blob
  if (given) {
    onProgress?.({ loaded: bytes.byteLength, total: bytes.byteLength })
  }
  const model = readNamed(bytes, weights)
  if (task !== undefined && model.config.task.name !== task) {
    throw new HrmError('task_mismatch', `the weights are for ${model.config.task.name}, not ${show(task)}`)
  }
  if (files && !given) files.weights = bytes
  return { model, sha256 }
}

/** @throws HrmError `weights_*` that says which file it is about, where it has a name */
function readNamed(bytes: Uint8Array, weights: CreateSolverOptions['weights']): Model {
  try {
    return readModel(bytes)
  } catch (error) {
    if (!(error instanceof HrmError) || !(typeof weights === 'string' || weights instanceof URL)) throw error
    // All of a data URL would be the file itself.
    const name = String(weights).replace(/^(data:.{40}).+/s, '$1...')
    throw new HrmError(error.code, `${name}: ${error.message}`, { cause: error })
  }
}

async function readBytes(
  { task, weights, cache = true, signal, onProgress }: CreateSolverOptions,
  sha256: string | undefined,
): Promise<Uint8Array> {
  if (weights === undefined) return platform.loadShippedWeights(shippedTask(task ?? 'sudoku'), { signal, onProgress })
  if (isBytes(weights)) return bytesOf(weights)
  if (weights instanceof Blob) return readBlob(weights)
  if (typeof weights !== 'string' && !(weights instanceof URL)) {
    throw new HrmError('option_invalid', 'weights must be an ArrayBuffer, a Uint8Array, a Blob, a URL or a string')
  }
  const url = weights instanceof URL ? weights : platform.resolve(weights)
  const { store } = platform
  if (!cache || !store || sha256 === undefined || !url.protocol.startsWith('http')) {
    return platform.read(url, { signal, onProgress })
  }
  return readKept(store, sha256, (options) => platform.read(url, options), { signal, onProgress })
}

/** Lower case. The hash becomes a file's name: nothing else may pass. @throws HrmError `option_invalid` */
function checkHash(sha256: unknown): string | undefined {
  if (sha256 === undefined) return undefined
  if (typeof sha256 === 'string' && /^[0-9a-f]{64}$/i.test(sha256)) return sha256.toLowerCase()
  throw new HrmError('option_invalid', `sha256 is ${show(sha256)}, not 64 hexadecimal digits`)
}

function shippedTask(task: string): ShippedTask {
  const known = SHIPPED_TASKS.find((t) => t === task)
  if (!known) {
    throw new HrmError('task_unknown', `no weights ship for ${show(task)}; known: ${SHIPPED_TASKS.join(', ')}`)
  }
  return known
}

import { checkFunction, checkSignal, checkWhole, refuseUnknown } from '../check-options.ts'
import { HrmError } from '../errors.ts'
import { LONGEST_PAUSE } from '../pause.ts'
import { show } from '../show.ts'
import type { SolveOptions } from '../solve/types.ts'
import type { WaitOptions } from './jobs.ts'
import type { CallOptions, ClientOptions } from './types.ts'

const CLIENT_OPTIONS: Record<keyof ClientOptions, true> = { fetch: true, apiKey: true }
const CALL_OPTIONS: Record<keyof CallOptions, true> = { signal: true }
/** Of a batch and of a job too. */
const SOLVE_OPTIONS: Record<keyof SolveOptions, true> = { maxSteps: true, seed: true, signal: true }
const WAIT_OPTIONS: Record<keyof WaitOptions, true> = { intervalMs: true, onProgress: true, signal: true }

/** @throws HrmError `option_invalid` */
export function checkClientOptions(options: ClientOptions): void {
  refuseUnknown(options, CLIENT_OPTIONS)
  checkFunction('fetch', options.fetch)
}

/** @throws HrmError `option_invalid` */
export function signalOf(options: CallOptions): AbortSignal | undefined {
  refuseUnknown(options, CALL_OPTIONS)
  checkSignal(options.signal)
  return options.signal
}

/**
 * What is sent, apart from the signal. Ranges are the service's to check, which may have limits of its own.
 * @throws HrmError `option_invalid`
 */
export function splitOptions(options: SolveOptions): { fields: Omit<SolveOptions, 'signal'>; signal?: AbortSignal } {
  refuseUnknown(options, SOLVE_OPTIONS)
  const { maxSteps, seed, signal } = options
  checkSignal(signal)
  return { fields: { maxSteps, seed }, signal }
}

/** Fills in defaults. @throws HrmError `option_invalid` */
export function checkWait(options: WaitOptions): WaitOptions & { intervalMs: number } {
  refuseUnknown(options, WAIT_OPTIONS)
  const { intervalMs = 2000, onProgress, signal } = options
  checkWhole('intervalMs', intervalMs, 1, LONGEST_PAUSE)
  checkFunction('onProgress', onProgress)
  checkSignal(signal)
  return { intervalMs, onProgress, signal }
}

/** @throws HrmError `option_invalid` */
export function checkBase(url: string): string {
  const page = globalThis.location?.href
  if (!URL.canParse(url, page) || !/^https?:$/.test(new URL(url, page).protocol)) {
    throw new HrmError('option_invalid', `baseUrl is ${JSON.stringify(url)}, not an http: or https: URL`)
  }
  const { username, password } = new URL(url, page)
  if (username || password)
    throw new HrmError('option_invalid', 'baseUrl has a user or a password, which fetch refuses')
  // paths are appended to it
  if (/[?#]/.test(url)) {
    throw new HrmError('option_invalid', `baseUrl is ${JSON.stringify(url)}, with a query or a fragment`)
  }
  // A URL may have blanks around it, but not within, where one would be once a path is appended.
  return url.trim()
}

/** @throws HrmError `option_invalid`, without the cause: its message has the key */
export function bearer(apiKey: string): string {
  if (typeof apiKey !== 'string') throw new HrmError('option_invalid', 'apiKey must be a string')
  const authorization = `Bearer ${apiKey}`
  try {
    new Headers().set('Authorization', authorization)
  } catch {
    throw new HrmError('option_invalid', 'apiKey has a character that no header can hold')
  }
  return authorization
}

/** @throws HrmError `option_invalid` for what no path can hold */
export function jobPath(id: string): string {
  if (typeof id !== 'string') throw new HrmError('option_invalid', `id is ${show(id)}, not a string`)
  return `/v1/jobs/${written(() => encodeURIComponent(id))}`
}

/** @throws HrmError `option_invalid` for what no JSON, path or query can hold, a bigint say */
export function written<T>(write: () => T): T {
  try {
    return write()
  } catch (cause) {
    if (cause instanceof HrmError) throw cause
    throw new HrmError('option_invalid', `the request cannot be written: ${(cause as Error).message}`, { cause })
  }
}

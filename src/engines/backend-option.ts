import { HrmError } from '../errors.ts'
import { show } from '../show.ts'
import type { Backend } from './engine.ts'

/** What a solver may be asked for. */
export const BACKENDS = ['wasm', 'webgpu', 'reference', 'auto'] as const satisfies (Backend | 'auto')[]
export type BackendChoice = (typeof BACKENDS)[number]

/**
 * The backend that is asked for by either of its names; `auto` by default.
 * @param known those there are
 * @throws HrmError `option_invalid`, also where the two differ
 */
export function backendOf<B extends BackendChoice>(
  { backend, engine }: { backend?: B | undefined; engine?: B | undefined },
  known: readonly BackendChoice[],
): B | 'auto' {
  for (const [name, value] of Object.entries({ backend, engine })) {
    if (value === undefined || known.includes(value)) continue
    const names = `${known.slice(0, -1).join(', ')} or ${known.at(-1)}`
    throw new HrmError('option_invalid', `${name} is ${show(value)}, not ${names}`)
  }
  if (backend !== undefined && engine !== undefined && backend !== engine) {
    throw new HrmError('option_invalid', `backend is "${backend}" and engine, another name of it, "${engine}"`)
  }
  return backend ?? engine ?? 'auto'
}

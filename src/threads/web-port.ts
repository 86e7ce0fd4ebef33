import type { HostPort } from './host.ts'

/** The way from this worker to who started it. */
export function threadPort(): HostPort {
  return self as unknown as HostPort
}

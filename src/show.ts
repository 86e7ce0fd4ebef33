/** A value as a message names it. Never throws: `String` does so for an object without prototype, JSON for a bigint. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'bigint') return `${value}n`
  try {
    return String(value)
  } catch {
    return typeof value
  }
}

/**
 * The smallest value that at least `share` of the values do not exceed (nearest rank), so always one that occurred.
 * @param sorted ascending, not empty
 * @param share in (0, 1]
 */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, v) => sum + v, 0) / values.length
}

export function ascending(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b)
}

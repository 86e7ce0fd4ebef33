import type { Context } from 'hono'
import { parseAccept } from 'hono/utils/accept'
import { ProblemError } from './problem.ts'

/** How exactly an Accept range names a media type: 0 not at all, 1 any, 2 `type/*`, 3 in full. */
function specificity(range: string, type: string): number {
  if (range === type) return 3
  if (range === '*/*') return 1
  return range.endsWith('/*') && type.startsWith(range.slice(0, -1)) ? 2 : 0
}

/**
 * The offered media type that the request wants most; the first of equals. The most specific range that names a type
 * sets its quality (RFC 9110, 12.5.1).
 * @throws ProblemError `not_acceptable`
 */
export function negotiate<T extends string>(c: Context, offers: readonly T[]): T {
  const ranges = parseAccept(c.req.header('Accept') ?? '')
  if (ranges.length === 0) return offers[0]
  let best: T | undefined
  let bestQuality = 0
  for (const offer of offers) {
    let quality = 0
    let exactness = 0
    for (const { type, q } of ranges) {
      const level = specificity(type.toLowerCase(), offer)
      if (level > exactness) {
        exactness = level
        quality = q
      }
    }
    if (quality > bestQuality) {
      best = offer
      bestQuality = quality
    }
  }
  if (best !== undefined) return best
  throw new ProblemError('not_acceptable', `This resource comes as ${offers.join(' or ')}.`)
}

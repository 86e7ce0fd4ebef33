import type { PageTask } from './face.ts'

// Put in by build.mjs.
declare const WEIGHTS_SHA256: Readonly<Record<PageTask, string>>

/** Of the weights; none where the page is not served securely and has no crypto.subtle to check them with. */
export const weightsHashes: Readonly<Partial<Record<PageTask, string>>> = isSecureContext ? WEIGHTS_SHA256 : {}

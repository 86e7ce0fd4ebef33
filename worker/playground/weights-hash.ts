// Put in by build.mjs.
declare const WEIGHTS_SHA256: string

/** Of the weights; undefined where the page is not served securely and has no crypto.subtle to check it with. */
export const weightsHash = isSecureContext ? WEIGHTS_SHA256 : undefined

/** @returns what CHROMIUM names, else Debian's, else the first on PATH; undefined where there is none */
export function findChromium(env?: { CHROMIUM?: string; PATH?: string }): string | undefined

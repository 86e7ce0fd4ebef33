// Where Chromium is, for the tests and for what installs it.
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Where Debian installs it. */
const DEBIAN = '/usr/bin/chromium'

/** @returns what CHROMIUM names, else Debian's, else the first on PATH; undefined where there is none */
export function findChromium({ CHROMIUM, PATH = '' } = process.env) {
  if (CHROMIUM) return CHROMIUM
  const onPath = PATH.split(delimiter).filter(Boolean)
  return [DEBIAN, ...onPath.map((folder) => join(folder, 'chromium'))].find((file) => existsSync(file))
}

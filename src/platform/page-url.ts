import { parseUrl } from './download.ts'

/**
 * What a string names in a browser: a URL, relative to what the page's links are relative to, `<base>` included; in a
 * worker, relative to its script.
 * @throws HrmError `weights_fetch`
 */
export function pageUrl(name: string): URL {
  return parseUrl(name, globalThis.document?.baseURI ?? globalThis.location?.href)
}

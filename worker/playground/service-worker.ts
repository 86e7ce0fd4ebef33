/// <reference lib="webworker" />

import { toHex } from '../../src/weights/hash.ts'

// Put in by build.mjs: every file of the page, those of them that are kept only once they were asked for, and a hash of all.
declare const FILES: readonly string[]
declare const LATER: readonly string[]
declare const VERSION: string

const scope = self as unknown as ServiceWorkerGlobalScope
const PREFIX = 'hrm-edge-page-'
const CACHE = PREFIX + VERSION

/** Takes over as soon as it is whole: its files have hashes in their names, so an open page keeps those it began with. */
scope.addEventListener('install', (event) => {
  event.waitUntil(fill().then(() => scope.skipWaiting()))
})

scope.addEventListener('activate', (event) => {
  event.waitUntil(dropOlder().then(() => scope.clients.claim()))
})

scope.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== scope.location.origin) return
  if (pathname === '/') event.respondWith(newestPage(request))
  else if (FILES.includes(`.${pathname}`)) event.respondWith(keptFile(`.${pathname}`))
  // What the service answers is never kept: an old answer would look like a new one.
})

/** The page has turned to what most never ask for. */
scope.addEventListener('message', (event) => {
  event.waitUntil(Promise.all(LATER.map(keptFile)))
})

async function fill(): Promise<void> {
  const cache = await caches.open(CACHE)
  await cache.add('./')
  const wanted = (await wasLaterKept()) ? FILES : FILES.filter((name) => !LATER.includes(name))
  await Promise.all(wanted.map(async (name) => cache.put(name, await download(name))))
}

/** Whether an older version kept what most never ask for: what worked offline goes on doing so after an update. */
async function wasLaterKept(): Promise<boolean> {
  const stems = LATER.map(stemOf)
  for (const name of await caches.keys()) {
    if (!name.startsWith(PREFIX)) continue
    const kept = await (await caches.open(name)).keys()
    if (kept.some(({ url }) => stems.includes(stemOf(`.${new URL(url).pathname}`)))) return true
  }
  return false
}

/** A file's name without the hash of its content: the same in every version. */
const stemOf = (name: string) => name.slice(0, name.lastIndexOf('-'))

/** A whole file, or an error: then nothing is installed, and the browser tries again at the next visit. */
async function download(name: string): Promise<Response> {
  for (const cache of ['default', 'reload'] as const) {
    const response = await fetch(name, { cache })
    if (response.ok && (await isWhole(name, response.clone()))) return response
  }
  throw new Error(`${name} is not what its name says`)
}

/** Names carry the first ten digits of their content's sha256. */
async function isWhole(name: string, response: Response): Promise<boolean> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await response.arrayBuffer()))
  const hash = toHex(digest.subarray(0, 5))
  return name.includes(`-${hash}.`)
}

async function dropOlder(): Promise<void> {
  for (const name of await caches.keys()) if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name)
}

/** The page from the network, so that a new version is seen at once; without a network the kept one. */
async function newestPage(request: Request): Promise<Response> {
  try {
    const response = await fetch(request)
    if (response.ok) return response
  } catch {
    // offline
  }
  return (await (await caches.open(CACHE)).match('./')) ?? Response.error()
}

/**
 * Hashed at every read: what went bad on the disk, or is asked for the first time, is fetched and kept. A storage that is
 * full, forbidden or broken is done without.
 */
async function keptFile(name: string): Promise<Response> {
  const cache = await caches.open(CACHE).catch(() => undefined)
  const kept = await cache?.match(name).catch(() => undefined)
  if (kept && (await isWhole(name, kept.clone()).catch(() => false))) return kept
  const response = await fetch(name, kept && { cache: 'reload' })
  if (cache && response.ok && (await isWhole(name, response.clone()))) {
    await cache.put(name, response.clone()).catch(() => {})
  }
  return response
}

import { rm } from 'node:fs/promises'
import { bundleWorker } from './workerd-server.ts'

/** Bundles the Worker once for all files that start it: wrangler takes some seconds for each. */
export default async function setup(): Promise<() => Promise<void>> {
  const bundle = await bundleWorker()
  process.env.HRM_WORKER_BUNDLE = bundle
  return () => rm(bundle, { recursive: true })
}

// `npm run deploy`: creates the bucket and the queues of wrangler.toml where the account has none of these names, then
// deploys. Wrangler creates neither by itself when it deploys.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { experimental_readRawConfig } from 'wrangler'
import { root } from './setup.mjs'

/** What must be there before the Worker is deployed: how wrangler is asked for it, and how it makes it. */
export function resourcesOf({ r2_buckets = [], queues = {} }) {
  const consumers = queues.consumers ?? []
  const names = [
    ...(queues.producers ?? []).map(({ queue }) => queue),
    ...consumers.map(({ queue }) => queue),
    ...consumers.flatMap(({ dead_letter_queue: dead }) => (dead ? [dead] : [])),
  ]
  return [
    ...r2_buckets.flatMap(({ bucket_name: name }) =>
      name ? [{ look: ['r2', 'bucket', 'info', name], make: ['r2', 'bucket', 'create', name] }] : [],
    ),
    ...[...new Set(names)].map((name) => ({ look: ['queues', 'info', name], make: ['queues', 'create', name] })),
  ]
}

function wrangler(args, stdio) {
  return spawnSync(join(root, 'node_modules', '.bin', 'wrangler'), args, { cwd: root, stdio }).status === 0
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { rawConfig } = experimental_readRawConfig({ config: join(root, 'wrangler.toml') })
  for (const { look, make } of resourcesOf(rawConfig)) {
    if (wrangler(look, 'ignore')) continue
    if (!wrangler(make, 'inherit')) process.exit(1)
  }
  process.exit(wrangler(['deploy', ...process.argv.slice(2)], 'inherit') ? 0 : 1)
}

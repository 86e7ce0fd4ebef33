// `npm run deploy`: creates the bucket and the queues of wrangler.toml where the account has none of these names, then
// deploys. Wrangler creates neither by itself when it deploys. Arguments are those of `wrangler deploy`; with `--dry-run`
// nothing is created.
// Run it after setup.mjs, in a process of its own: it needs packages and the pinned Node, and deploys what is built.
import { spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { experimental_readRawConfig } from 'wrangler'
import { root } from './setup.mjs'

/**
 * What must be there before the Worker is deployed: how wrangler is asked for it, and how it makes it.
 * @param env which of the environments that the configuration names; none of them inherits buckets or queues
 */
export function resourcesOf(config, env) {
  const { r2_buckets = [], queues = {} } = config.env?.[env] ?? config
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
  const args = process.argv.slice(2)
  const {
    config = 'wrangler.toml',
    env = process.env.CLOUDFLARE_ENV,
    'dry-run': dry,
  } = parseArgs({
    args,
    options: {
      config: { type: 'string', short: 'c' },
      env: { type: 'string', short: 'e' },
      'dry-run': { type: 'boolean' },
    },
    strict: false, // the other options are wrangler's
  }).values
  const chosen = ['--config', config, ...(env ? ['--env', env] : [])]
  const { rawConfig } = experimental_readRawConfig({ config: resolve(root, config) })
  for (const { look, make } of dry ? [] : resourcesOf(rawConfig, env)) {
    if (wrangler([...look, ...chosen], 'ignore') || wrangler([...make, ...chosen], 'inherit')) continue
    // The first look may have failed for another reason, or another deployment was quicker.
    if (!wrangler([...look, ...chosen], 'ignore')) process.exit(1)
  }
  process.exit(wrangler(['deploy', ...args], 'inherit') ? 0 : 1)
}

import { fileURLToPath } from 'node:url'
import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'
import { PATIENCE } from '../helpers/patience.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const configPath = `${root}wrangler.toml`

/** What wrangler.toml has commented out. */
const analyticsEngineDatasets = { ANALYTICS: { dataset: 'hrm_edge' } }
/** Under a name of its own, so that it holds up no test but its own. */
const ratelimits = { TWO_A_MINUTE: { namespace_id: '1', simple: { limit: 2, period: 60 as const } } }

/** As in wrangler.toml, but for the number of tries: all of them take four minutes. */
const queueConsumers = {
  'hrm-edge-jobs': { maxBatchSize: 1, maxBatchTimeout: 1, maxRetries: 1, deadLetterQueue: 'hrm-edge-jobs-dead' },
}

/** The Worker in real workerd: from within, by its default export, and from outside, over sockets. */
export default defineConfig({
  test: {
    root,
    // vitest keeps a core for itself, and on two cores runs one file at a time.
    maxWorkers: '100%',
    projects: [
      {
        root,
        plugins: [
          cloudflareTest({
            wrangler: { configPath },
            miniflare: { analyticsEngineDatasets, ratelimits, queueConsumers },
          }),
        ],
        test: {
          name: 'workerd',
          include: ['tests/worker/*.workerd.test.ts'],
          // For what hangs. A busy machine may take minutes for what takes seconds.
          testTimeout: 600_000,
          hookTimeout: 600_000,
          expect: PATIENCE,
        },
      },
      {
        root,
        test: {
          name: 'sockets',
          include: ['tests/worker/*.sockets.test.ts'],
          globalSetup: 'tests/worker/bundle-once.ts',
          testTimeout: 600_000,
          hookTimeout: 600_000,
          expect: PATIENCE,
        },
      },
    ],
  },
})

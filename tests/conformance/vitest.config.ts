import { fileURLToPath } from 'node:url'
import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'
import type { Extent } from './boards.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Boards whose hash is on record. */
    extent: Extent
    /** Boards of these that the reference engine computes as well. */
    reference: number
    /** Dot products that each way to multiply is tried on. */
    dots: number
    /** Boards solved between two looks at the weights in memory. */
    solves: number
  }
}

const root = fileURLToPath(new URL('../..', import.meta.url))
const full = process.env.HRM_CONFORMANCE === 'full'
const provide = {
  extent: (full ? 'full' : 'sample') as Extent,
  reference: full ? 100 : 2,
  dots: full ? 1e8 : 1e6,
  solves: full ? 100_000 : 200,
}
const patience = full ? 4 * 3600_000 : 1_200_000
const common = { provide, testTimeout: patience, hookTimeout: patience }

/** The same bytes everywhere: a sample in `npm test`, all of it in `npm run conformance`. */
export default defineConfig({
  test: {
    root,
    // One thread computes in each file: as many files as the least machine has cores.
    maxWorkers: 2,
    projects: [
      {
        root,
        test: {
          ...common,
          name: 'node',
          globalSetup: 'wasm/test-setup.ts',
          include: ['tests/conformance/*.test.ts'],
          exclude: ['**/*.{workerd,chromium}.test.ts'],
        },
      },
      {
        root,
        plugins: [cloudflareTest({ wrangler: { configPath: `${root}wrangler.toml` } })],
        test: { ...common, name: 'workerd', include: ['tests/conformance/*.workerd.test.ts'] },
      },
      { root, test: { ...common, name: 'chromium', include: ['tests/conformance/*.chromium.test.ts'] } },
    ],
  },
})

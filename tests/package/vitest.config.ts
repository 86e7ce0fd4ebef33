import { defineConfig } from 'vitest/config'
import { PATIENCE } from '../helpers/patience.ts'

/** The package as npm would publish it, installed into fresh projects: `npm run setup` must have run. */
export default defineConfig({
  test: {
    include: ['tests/package/**/*.test.ts'],
    globalSetup: 'tests/package/pack.ts',
    // Bundlers, servers and a Chromium: one project at a time.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: PATIENCE,
  },
})

import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** The running service against its own description, by a tool that knows nothing else of it. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: ['tests/api/**/*.test.ts'],
    testTimeout: 600_000,
    hookTimeout: 120_000,
  },
})

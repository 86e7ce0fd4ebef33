import { defineConfig } from 'vitest/config'
import { PATIENCE } from './tests/helpers/patience.ts'

export default defineConfig({
  test: {
    include: [
      'src/**/*.test.ts',
      'worker/**/*.test.ts',
      'wasm/**/*.test.ts',
      'scripts/**/*.test.ts',
      'tests/golden/**/*.test.ts',
      'tests/cli/**/*.test.ts',
      'tests/bench/**/*.test.ts',
      'tests/load/**/*.test.ts',
      'tests/precision/**/*.test.ts',
    ],
    globalSetup: 'wasm/test-setup.ts',
    // For what hangs. A busy machine may take minutes for what takes seconds.
    testTimeout: 180_000,
    hookTimeout: 60_000,
    expect: PATIENCE,
    // vitest keeps a core for itself, and on two cores runs one file at a time. It needs a hundredth of one.
    maxWorkers: '100%',
  },
})

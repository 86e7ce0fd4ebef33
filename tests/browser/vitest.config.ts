import { defineConfig } from 'vitest/config'
import { PATIENCE } from '../helpers/patience.ts'

/** Real Chromium against the built page: `npm run setup` must have run. */
export default defineConfig({
  test: {
    include: ['tests/browser/**/*.test.ts'],
    // The benchmark in a page loads single kernels.
    globalSetup: 'wasm/test-setup.ts',
    // For WebGPU in Node: the Vulkan loader and the software adapter that Chromium brings along.
    env: { LD_LIBRARY_PATH: '/usr/lib/chromium', VK_ICD_FILENAMES: '/usr/lib/chromium/vk_swiftshader_icd.json' },
    // Two Chromiums at a time: a page and its worker seldom compute at once, and more would take memory.
    maxWorkers: 2,
    expect: PATIENCE,
    // For what hangs. A busy machine may take minutes for what takes seconds.
    testTimeout: 180_000,
    hookTimeout: 60_000,
  },
})

import { test } from 'vitest'
import { expectBothToRun } from '../helpers/bench-runtime.ts'

// Chromium: tests/browser/bench-page.test.ts.
test.each([
  ['node', async () => (await import('./runtimes/node.ts')).startNode()],
  ['workerd', async () => (await import('./runtimes/workerd.ts')).startWorkerd()],
])('both engines run and agree in %s', (name, start) => expectBothToRun(start, name))

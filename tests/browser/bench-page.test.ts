import { test } from 'vitest'
import { startChromium } from '../bench/runtimes/chromium.ts'
import { expectBothToRun } from '../helpers/bench-runtime.ts'

test('the benchmark runs in a page, and both engines agree there', () => expectBothToRun(startChromium, 'chromium'))

// `node tests/webgpu/losses.ts [--losses N] [--seed N] [--in chromium]`: destroys the GPU device under a batch N times,
// each time after another of its submissions, from the first that makes the session to the fifth step, the earlier the
// more often, and up to 5 ms later. Every board must then be solved all the same, or a typed error say why not. In Node,
// or in Chromium.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { HRM_ERROR_CODES } from '../../src/errors.ts'
import { createRandom } from '../../src/numerics/random.ts'
import { PUZZLES_4X4 } from '../helpers/boards.ts'
import { CANDIDATES } from '../helpers/configs.ts'
import { draftOf, writeFile } from '../helpers/weights-file.ts'
import type { Loss, Outcome } from './lose-one.ts'
import { inChromium, inNode } from './places.ts'

const { values } = parseArgs({
  options: {
    losses: { type: 'string', default: '500' },
    seed: { type: 'string', default: '1' },
    in: { type: 'string', default: 'node' },
    // Of the processes that this one starts.
    batch: { type: 'boolean', default: false },
  },
})
const total = Number(values.losses)
if (!(total >= 1) || !['node', 'chromium'].includes(values.in)) throw new Error('see the head of this file')

/** Few layers, because each device compiles its shaders anew; untrained, so that all is up to the search. */
const weights = Array.from(writeFile(draftOf({ ...CANDIDATES, H_layers: 1, L_cycles: 1 }, 1)))
const puzzles = PUZZLES_4X4.slice(0, 3)
const boards = puzzles.map(([board]) => board)
/** Of making a session, about 15, and of five steps, 9 each. */
const SUBMISSIONS = 60

type Verdict = 'all solved' | 'typed error' | 'WRONG'

function judge({ results, error, told }: Outcome): Verdict {
  if (error !== undefined) return (HRM_ERROR_CODES as readonly string[]).includes(error) ? 'typed error' : 'WRONG'
  const right = results.every(({ solution, verified }, i) => verified && solution === puzzles[i][1])
  return right && results.length === boards.length && told.join() === 'device_lost' ? 'all solved' : 'WRONG'
}

/** Losses of one process: what a device that is gone has left behind, tens of MB on the software adapter, goes with it. */
const BATCH = 20

const seed = Number(values.seed)
if (values.batch) process.exit(await loseMany(total))
let lost = 0
for (let batch = 0; lost < total; batch++) {
  const count = Math.min(BATCH, total - lost)
  const args = ['--batch', '--losses', String(count), '--seed', String(seed + batch), '--in', values.in]
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), ...args], { stdio: 'inherit' })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`ended with ${code} after ${lost} losses`)
  lost += count
  console.log(`${lost} of ${total} losses: every board solved, or a typed error`)
}

/** @returns 1 where something was wrong */
async function loseMany(count: number): Promise<number> {
  const random = createRandom(seed)
  const place = await (values.in === 'node' ? inNode() : inChromium())
  const counts: Record<Verdict, number> = { 'all solved': 0, 'typed error': 0, WRONG: 0 }
  for (let i = 0; i < count; i++) {
    const submissions = 1 + Math.floor(SUBMISSIONS * random.next() ** 2)
    const loss: Loss = { weights, boards, maxSteps: 5000, submissions, delay: Math.floor(6 * random.next()) }
    const outcome = await place.lose(loss)
    if (!outcome.destroyed) throw new Error(`no device was destroyed: ${JSON.stringify(outcome)}`)
    const verdict = judge(outcome)
    counts[verdict]++
    if (verdict !== 'all solved') console.log(JSON.stringify({ ...loss, weights: undefined, ...outcome }))
  }
  console.log(`${place.adapter}; ${place.runtime}: ${JSON.stringify(counts)}`)
  await place.close()
  return counts.WRONG === 0 ? 0 : 1
}

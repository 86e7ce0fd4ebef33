import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EASY, EASY_SOLUTION } from '../worker/boards.ts'
import { removeStorage, startWranglerDev, storageDir, type WranglerDev } from '../worker/wrangler-dev.ts'

const here = fileURLToPath(new URL('.', import.meta.url))
const schemathesis = `${here}.venv/bin/schemathesis`

let dir: string
let worker: WranglerDev
beforeAll(async () => {
  if (!existsSync(schemathesis)) throw new Error('`npm test -- api` installs schemathesis')
  dir = await storageDir()
  worker = await startWranglerDev(dir)
})
afterAll(async () => {
  await worker?.kill()
  if (dir) await removeStorage(dir)
})

test('every answer is one that /openapi.json declares', async () => {
  const document = new URL('/openapi.json', worker.url).href
  const args = ['--config-file', `${here}schemathesis.toml`, 'run', document, '--max-examples', '40', '--no-color']
  const child = spawn(schemathesis, args, {
    cwd: dir, // it leaves things where it runs
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, HOOKS: `${here}hooks.py` },
  })
  let output = ''
  child.stdout.on('data', (chunk) => (output += chunk))
  child.stderr.on('data', (chunk) => (output += chunk))
  const code = await new Promise((resolve) => child.once('close', resolve))
  expect(code, output).toBe(0)
  const [, tested] = /Tested: (\d+)/.exec(output)!
  const [, selected, total] = /Selected: (\d+)\/(\d+)/.exec(output)!
  expect([tested, selected], output).toEqual([total, total])
  expect(Number(/(\d+) generated/.exec(output)![1])).toBeGreaterThan(500)

  const good = await fetch(new URL('/v1/solve', worker.url), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ task: 'sudoku', board: EASY }),
  })
  expect(await good.json()).toMatchObject({ solution: EASY_SOLUTION })
})

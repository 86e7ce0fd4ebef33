import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serve } from '../../worker/node/serve.ts'
import { EASY, EASY_SOLUTION } from '../worker/boards.ts'
import { removeStorage, startWranglerDev, storageDir } from '../worker/wrangler-dev.ts'

const here = fileURLToPath(new URL('.', import.meta.url))
const schemathesis = `${here}.venv/bin/schemathesis`

interface Server {
  url: URL
  close(): Promise<void>
}

let dir: string
beforeAll(async () => {
  if (!existsSync(schemathesis)) throw new Error('`npm test -- api` installs schemathesis')
  dir = await storageDir()
})
afterAll(async () => {
  if (dir) await removeStorage(dir)
})

async function startWorker(): Promise<Server> {
  const { url, kill } = await startWranglerDev(dir)
  return { url, close: kill }
}

async function startNode(): Promise<Server> {
  const { port, close } = await serve({ port: 0, jobsDir: join(dir, 'jobs'), log: () => {} })
  return { url: new URL(`http://127.0.0.1:${port}`), close }
}

test.each([
  ['the Worker', startWorker],
  ['Node', startNode],
])('%s: every answer is one that /openapi.json declares', async (_, start) => {
  const server = await start()
  try {
    await check(server.url)
  } finally {
    await server.close()
  }
})

async function check(url: URL): Promise<void> {
  const document = new URL('/openapi.json', url).href
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

  const good = await fetch(new URL('/v1/solve', url), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ task: 'sudoku', board: EASY }),
  })
  expect(await good.json()).toMatchObject({ solution: EASY_SOLUTION })
}

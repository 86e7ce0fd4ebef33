import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const wrangler = createRequire(createRequire(import.meta.url).resolve('wrangler')).resolve('../bin/wrangler.js')

export interface WranglerDev {
  url: URL
  /** Ends wrangler and its workerd without a warning; what is stored stays in `dir`. */
  kill(): Promise<void>
}

/** A folder for what R2 and Durable Objects store. */
export const storageDir = () => mkdtemp(join(tmpdir(), 'hrm-edge-storage-'))
export const removeStorage = (dir: string) => rm(dir, { recursive: true, force: true })

/** `wrangler dev`: the Worker with all of its bindings, emulated. */
export async function startWranglerDev(dir: string, vars: Record<string, string> = {}): Promise<WranglerDev> {
  const port = await freePort()
  const options = ['--port', String(port), '--inspector-port', '0', '--persist-to', dir, '--log-level', 'error']
  const varOptions = Object.entries(vars).flatMap(([name, value]) => ['--var', `${name}:${value}`])
  const child = spawn(process.execPath, [wrangler, 'dev', ...options, ...varOptions], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true, // a process group of its own, so that workerd ends with it
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false', CI: '1' },
  })
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const url = new URL(`http://127.0.0.1:${port}`)
  const kill = () => {
    if (child.exitCode === null) process.kill(-child.pid!, 'SIGKILL')
    return gone
  }
  for (;;) {
    const response = await fetch(new URL('/health', url)).catch(() => undefined)
    if (response?.ok) return { url, kill }
    if (child.exitCode !== null) throw new Error(`wrangler dev ended with ${child.exitCode}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

import { spawn } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleWorker, wranglerScript } from './workerd-server.ts'

/** Ports tried: another program may take one between its choice and wrangler's start. */
const TRIES = 3

const root = fileURLToPath(new URL('../..', import.meta.url))

export interface WranglerDev {
  url: URL
  /** Of wrangler, which starts workerd. */
  pid: number
  /** Ends wrangler and its workerd without a warning; what is stored stays in `dir`. */
  kill(): Promise<void>
}

/** A folder for what R2 and Durable Objects store. */
export const storageDir = () => mkdtemp(join(tmpdir(), 'hrm-edge-storage-'))
export const removeStorage = (dir: string) => rm(dir, { recursive: true, force: true })

/**
 * `wrangler dev`: the Worker with all of its bindings, emulated. It is bundled and its files are copied first, because
 * wrangler begins anew whenever a source or an asset changes, and the emulated queue then forgets its messages.
 */
export async function startWranglerDev(dir: string, vars: Record<string, string> = {}): Promise<WranglerDev> {
  const bundle = await bundleWorker()
  const config = (await readFile(join(root, 'wrangler.toml'), 'utf8'))
    .replace(/^main = .*$/m, 'main = "index.js"\nno_bundle = true\nfind_additional_modules = true')
    .replace('./dist/playground', './playground')
  await cp(join(root, 'dist/playground'), join(bundle, 'playground'), { recursive: true })
  await writeFile(join(bundle, 'wrangler.toml'), config)
  for (let left = TRIES - 1; ; left--) {
    try {
      return await startBundle(bundle, dir, vars)
    } catch (error) {
      if (left > 0) continue
      await rm(bundle, { recursive: true, force: true })
      throw error
    }
  }
}

/** @throws when wrangler ends before it serves, as where the port is taken */
async function startBundle(bundle: string, dir: string, vars: Record<string, string>): Promise<WranglerDev> {
  const port = await freePort()
  const options = ['--port', String(port), '--inspector-port', '0', '--persist-to', dir, '--log-level', 'error']
  const varOptions = Object.entries(vars).flatMap(([name, value]) => ['--var', `${name}:${value}`])
  const child = spawn(process.execPath, [wranglerScript, 'dev', ...options, ...varOptions], {
    cwd: bundle,
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true, // a process group of its own, so that workerd ends with it
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false', CI: '1' },
  })
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const url = new URL(`http://127.0.0.1:${port}`)
  const kill = async () => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, 'SIGKILL')
    await gone
    await rm(bundle, { recursive: true, force: true })
  }
  for (;;) {
    const response = await fetch(new URL('/health', url)).catch(() => undefined)
    const ended = child.exitCode ?? child.signalCode
    if (ended !== null) throw new Error(`wrangler dev ended with ${ended}`)
    if (response?.ok) return { url, pid: child.pid!, kill }
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

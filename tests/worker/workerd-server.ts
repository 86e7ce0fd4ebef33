import { type ChildProcess, spawn } from 'node:child_process'
import { copyFile, cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { experimental_readRawConfig } from 'wrangler'

const root = fileURLToPath(new URL('../..', import.meta.url))
const fromWrangler = createRequire(createRequire(import.meta.url).resolve('wrangler'))
export const wranglerScript = fromWrangler.resolve('../bin/wrangler.js')

export interface WorkerdServer {
  url: URL
  pid: number
  /** Where the inspector listens, if it was asked for. */
  inspector: URL | undefined
  /** What the Worker has written with console.log, line by line. */
  lines(): string[]
  close(): Promise<void>
}

/** The Worker as wrangler would deploy it, in a folder of its own; a copy where `bundle-once.ts` has bundled it. */
export async function bundleWorker(project = root): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'hrm-edge-workerd-'))
  const ready = project === root ? process.env.HRM_WORKER_BUNDLE : undefined
  if (ready) {
    await cp(ready, dir, { recursive: true })
    return dir
  }
  const args = [wranglerScript, 'deploy', '--dry-run', '--outdir', dir]
  await ended(spawn(process.execPath, args, { cwd: project, stdio: 'ignore' }))
  return dir
}

/**
 * The Worker as wrangler bundles it, in workerd and nothing else: `wrangler dev` puts proxies in front that keep from
 * the Worker that a client has left.
 *
 * @param project folder with the wrangler.toml, whose date and flags hold here too
 */
export async function startWorkerd(project = root, { inspect = false } = {}): Promise<WorkerdServer> {
  const dir = await bundleWorker(project)
  await writeFile(join(dir, 'config.capnp'), configFor(project, await readdir(dir)))
  await copyFile(join(root, 'tests/worker/cache-service.js'), join(dir, 'cache-service.mjs'))

  const options = ['--control-fd=3', ...(inspect ? ['--inspector-addr=127.0.0.1:0'] : [])]
  const child = spawn(fromWrangler('workerd').default, ['serve', 'config.capnp', ...options], {
    cwd: dir,
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
  })
  const gone = new Promise((resolve) => child.once('exit', resolve))
  let output = ''
  child.stdout!.on('data', (chunk) => {
    output += chunk
  })
  let events = ''
  const port = await new Promise<number>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`workerd ended with ${code}`)))
    child.stdio[3]!.on('data', (chunk) => {
      events += chunk
      const listening = /"event":"listen",.*"port":(\d+)/.exec(events)
      if (listening) resolve(Number(listening[1]))
    })
  })
  const inspectorPort = /"event":"listen-inspector".*"port":(\d+)/.exec(events)?.[1]
  return {
    url: new URL(`http://127.0.0.1:${port}`),
    pid: child.pid!,
    inspector: inspectorPort === undefined ? undefined : new URL(`http://127.0.0.1:${inspectorPort}`),
    lines: () => output.split('\n'),
    async close() {
      // At SIGTERM it would first finish what it was asked, for longer than a hook may take, and outlive the tests.
      child.kill('SIGKILL')
      await gone
      await rm(dir, { recursive: true })
    },
  }
}

async function ended(child: ChildProcess): Promise<void> {
  const code = await new Promise((resolve) => child.once('exit', resolve))
  if (code !== 0) throw new Error(`wrangler ended with ${code}`)
}

function configFor(project: string, files: string[]): string {
  const { rawConfig } = experimental_readRawConfig({ config: join(project, 'wrangler.toml') })
  const { compatibility_date: date, compatibility_flags: flags = [] } = rawConfig
  const kinds: Record<string, string> = { js: 'esModule', wasm: 'wasm', safetensors: 'data', bin: 'data' }
  const modules = files
    .map((name) => ({ name, kind: kinds[name.split('.').at(-1)!] }))
    .filter(({ kind }) => kind !== undefined)
    .sort((a, b) => Number(b.kind === 'esModule') - Number(a.kind === 'esModule')) // the first is the entry
    .map(({ name, kind }) => `(name = "${name}", ${kind} = embed "${name}")`)
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .main), (name = "cache", worker = .cache)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);
const main :Workerd.Worker = (
  modules = [${modules.join(', ')}],
  compatibilityDate = "${date}",
  compatibilityFlags = ${JSON.stringify(flags)},
  cacheApiOutbound = "cache"
);
const cache :Workerd.Worker = (
  modules = [(name = "cache.js", esModule = embed "cache-service.mjs")],
  compatibilityDate = "${date}"
);
`
}

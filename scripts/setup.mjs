// Brings a fresh clone to the point where it can solve: npm packages, wasm kernels, bundles. Uses nothing but Node's own
// modules, because it runs before any package is there. Everything it says goes to stderr: stdout is the CLI's.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { takeLock } from './lock.mjs'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** Node as pinned in package.json, not the one this script may have been started with. */
export const pinnedNode = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')

const SOURCES = ['src', 'wasm', 'worker', 'scripts', 'model/weights', 'package.json', 'tsconfig.json']
const lockStamp = join(root, 'node_modules', '.hrm-lock')
/** Empty while a build runs, and after one that failed. */
export const buildStamp = join(root, 'dist', '.stamp')

/** Runs a command with its output on stderr; ends the process if it fails. */
export function must(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], ...options })
  if (status === 0) return
  console.error(`hrm-edge: ${command} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}`)
  process.exit(2)
}

/** Waits until no other process sets up the same: two at once would delete each other's files. @returns gives it back */
export function lockSetUp(name) {
  const lock = join(root, name)
  return takeLock(lock, (pid) => {
    console.error(`hrm-edge: waiting for process ${pid}, which sets up (else remove ${lock}) ...`)
  })
}

/** What a file says; '' where there is none. */
export const read = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : '')

function wantedPackages() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  return read(lockStamp) === wanted && existsSync(pinnedNode) ? undefined : wanted
}

function installPackages(wanted) {
  console.error('hrm-edge: installing npm packages (once) ...')
  // Not `npm ci`: it refuses a lock file without the optional packages of every other platform, and a registry mirror
  // need not have those. `--no-save` keeps the lock file as it is.
  // With the development packages whatever NODE_ENV says: they are what builds.
  const args = ['install', '--include=dev', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']
  const npm = process.env.npm_execpath
  if (npm?.endsWith('.js')) must(process.execPath, [npm, ...args])
  else must('npm', args, { shell: process.platform === 'win32' })
  writeFileSync(lockStamp, wanted)
}

/** Changes when any source does: path, size and time of each, because reading them all would slow every start. */
function sourceStamp() {
  const hash = createHash('sha256')
  const visit = (path) => {
    const stat = statSync(join(root, path), { throwIfNoEntry: false })
    if (!stat) return
    if (!stat.isDirectory()) hash.update(`${path} ${stat.size} ${stat.mtimeMs}\n`)
    else for (const name of readdirSync(join(root, path)).sort()) visit(`${path}/${name}`)
  }
  SOURCES.forEach(visit)
  return hash.digest('hex')
}

function build(stamp) {
  console.error('hrm-edge: building ...')
  // In a process of its own: the build needs the pinned Node.
  must(pinnedNode, [join(root, 'scripts', 'build.mjs')])
  writeFileSync(buildStamp, stamp)
}

/** @param {{ force?: boolean }} [options] `force`: build even if nothing changed */
export async function setup({ force = false } = {}) {
  if (!force && wantedPackages() === undefined && read(buildStamp) === sourceStamp()) return
  const release = await lockSetUp('.setup-lock')
  const wanted = wantedPackages()
  if (wanted) installPackages(wanted)
  const stamp = sourceStamp()
  if (force || read(buildStamp) !== stamp) build(stamp)
  release()
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await setup({ force: process.argv.includes('--force') })

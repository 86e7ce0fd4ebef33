// What the suites of `npm test` need beyond npm packages.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findChromium } from './chromium.mjs'
import { lockSetUp, read, root } from './setup.mjs'

const TRIES = 3
const BETWEEN_TRIES_MS = 10_000

/** Runs a command with its output on stderr. @throws where it fails */
function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], ...options })
  if (status === 0) return
  throw new Error(`${command} ${args.join(' ')} failed${error ? `: ${error.message}` : '; what it printed says why'}`)
}

/** The same for a command that downloads, which may fail once and not the next time. */
async function download(command, args, options) {
  for (let left = TRIES - 1; ; left--) {
    try {
      return run(command, args, options)
    } catch (error) {
      if (left === 0) throw error
      console.error(`hrm-edge: ${error.message}; trying again ...`)
      await sleep(BETWEEN_TRIES_MS)
    }
  }
}

/** Installs exactly what a folder's requirements.lock names into its .venv. */
async function pythonPackages(folder, size) {
  const lock = readFileSync(join(root, folder, 'requirements.lock'), 'utf8')
  const stamp = join(root, folder, '.venv', '.hrm-lock')
  if (read(stamp) === lock) return
  const release = await lockSetUp('.setup-lock-python') // one for all folders: they share uv
  try {
    if (read(stamp) === lock) return // another process has done it meanwhile
    console.error(`hrm-edge: installing the Python packages of ${folder} (once; ${size}) ...`)
    await installPython(folder)
    writeFileSync(stamp, lock)
  } finally {
    release()
  }
}

async function installPython(folder) {
  // uv lives in an environment of its own, because `uv pip sync` removes everything that is not in the lock file.
  run('python3', ['-m', 'venv', 'model/.uv'])
  const inUv = (name) => join(root, 'model', '.uv', 'bin', name)
  await download(inUv('python'), ['-m', 'pip', 'install', '--quiet', 'uv==0.13.9'])
  run(inUv('uv'), ['venv', '--quiet', '--clear', '--python', 'python3', `${folder}/.venv`])
  const inVenv = ['--python', join(root, folder, '.venv', 'bin', 'python')]
  await download(inUv('uv'), ['pip', 'sync', '--quiet', '--system-certs', ...inVenv, `${folder}/requirements.lock`])
}

async function chromium() {
  const found = findChromium()
  if (found && spawnSync(found, ['--version']).status === 0) return
  if (process.env.CHROMIUM) throw new Error(`CHROMIUM names ${found}, which does not run`)
  console.error('hrm-edge: installing Chromium ...')
  await download('apt-get', ['update', '-qq'])
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  await download('apt-get', ['install', '-y', '-qq', 'chromium'], { env })
}

const needs = {
  python: () => pythonPackages('model', 'PyTorch is large'),
  schemathesis: () => pythonPackages('tests/api', 'a few small ones'),
  chromium,
}

/**
 * Sets up what is missing.
 * @param {string[]} names of what is needed
 * @returns {Promise<Map<string, string>>} why it could not be set up, of each that could not
 */
export async function setUpNeeds(names) {
  const failed = new Map()
  for (const name of new Set(names)) {
    try {
      await needs[name]()
    } catch (error) {
      failed.set(name, error.message)
    }
  }
  return failed
}

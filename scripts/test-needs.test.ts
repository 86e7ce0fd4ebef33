import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

/** Python, its pip and uv: says what it is asked for, and makes the environments. Slowly, for the others to come between. */
const STUB = `#!/bin/sh
echo "$(basename "$0") $*" >> log
sleep 0.1
for folder in "$@"; do :; done
case "$*" in
  *--clear*) rm -rf "$folder" ;;
esac
case "$folder" in
  *.uv | *.venv) mkdir -p "$folder/bin" && cp "$0" "$folder/bin/python" && cp "$0" "$folder/bin/uv" ;;
esac
`
const INSTALLED = ['python3 -m venv', 'python -m pip', 'uv venv', 'uv pip']

const SET_UP = `
import { setUpNeeds } from './test-needs.mjs'
const failed = await setUpNeeds(process.argv.slice(2))
process.exit(failed.size)
`

/** A repository of the scripts alone. */
let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'hrm-edge-needs-'))
  for (const folder of ['scripts', 'bin', 'model', 'tests/api']) await mkdir(join(root, folder), { recursive: true })
  for (const name of await readdir(import.meta.dirname)) {
    if (name.endsWith('.mjs')) await copyFile(join(import.meta.dirname, name), join(root, 'scripts', name))
  }
  for (const folder of ['model', 'tests/api']) await writeFile(join(root, folder, 'requirements.lock'), folder)
  await writeFile(join(root, 'scripts/set-up.mjs'), SET_UP)
  await writeFile(join(root, 'bin/python3'), STUB)
  await chmod(join(root, 'bin/python3'), 0o755)
})
afterEach(() => rm(root, { recursive: true }))

async function setUp(...names: string[]) {
  const env = { ...process.env, PATH: `${join(root, 'bin')}:${process.env.PATH}` }
  const child = spawn(process.execPath, [join(root, 'scripts/set-up.mjs'), ...names], {
    cwd: root,
    env,
    stdio: 'ignore',
  })
  const [status] = await once(child, 'exit')
  expect(status).toBe(0)
}

test('of many at once one installs the Python packages of a folder, while no other does', async () => {
  await Promise.all([setUp('python'), setUp('python'), setUp('schemathesis'), setUp('python', 'schemathesis')])
  const lines = (await readFile(join(root, 'log'), 'utf8')).trim().split('\n')
  expect(lines.map((line) => INSTALLED.find((start) => line.startsWith(start)))).toEqual([...INSTALLED, ...INSTALLED])
  expect(
    lines
      .filter((line) => line.includes('--clear'))
      .map((line) => line.split(' ').at(-1))
      .sort(),
  ).toEqual(['model/.venv', 'tests/api/.venv'])
  expect(await readFile(join(root, 'model/.venv/.hrm-lock'), 'utf8')).toBe('model')
  expect((await readdir(root)).filter((name) => name.includes('lock'))).toEqual([])
})

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'

const repository = fileURLToPath(new URL('..', import.meta.url))

/** wrangler, of an account that has nothing yet. */
const STUB = `#!/bin/sh
echo "$*" >> log
case "$*" in
  *info*) exit 1 ;;
esac
`

/** A repository of the deployment alone. */
let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'hrm-edge-deploy-'))
  for (const folder of ['scripts', 'node_modules/.bin']) await mkdir(join(root, folder), { recursive: true })
  const files = ['wrangler.toml', ...['deploy', 'setup', 'lock', 'processes'].map((name) => `scripts/${name}.mjs`)]
  for (const file of files) await copyFile(join(repository, file), join(root, file))
  await symlink(join(repository, 'node_modules/wrangler'), join(root, 'node_modules/wrangler'))
  await writeFile(join(root, 'node_modules/.bin/wrangler'), STUB)
  await chmod(join(root, 'node_modules/.bin/wrangler'), 0o755)
})
afterEach(() => rm(root, { recursive: true }))

/** What wrangler was asked for, but for what it was asked whether it is there. */
async function deploy(...args: string[]): Promise<string[]> {
  const child = spawn(process.execPath, [join(root, 'scripts/deploy.mjs'), ...args], { stdio: 'inherit' })
  await once(child, 'exit')
  const log = await readFile(join(root, 'log'), 'utf8')
  return log.split('\n').filter((line) => line && !line.includes('info'))
}

test('what is missing is created before the deployment', async () => {
  expect(await deploy('--minify')).toEqual([
    'r2 bucket create hrm-edge-jobs --config wrangler.toml',
    'queues create hrm-edge-jobs --config wrangler.toml',
    'queues create hrm-edge-jobs-dead --config wrangler.toml',
    'deploy --minify',
  ])
})

test('a dry run creates nothing', async () => {
  expect(await deploy('--dry-run')).toEqual(['deploy --dry-run'])
})

// `npm run -s hrm -- ARGS` and `npm run solve`: sets up what is missing, then runs the CLI under the pinned Node.
// `npm run bench`, `npm run load`, `npm run precision`: the same for that folder of tests.
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { pinnedNode, root, setup } from './setup.mjs'

await setup()
const tool = ['bench', 'load', 'precision'].find((name) => process.argv[2] === `--${name}`)
const cli = join(root, 'dist', 'cli', 'bin.js')
if (!tool && Number(process.versions.node.split('.')[0]) >= 22) {
  process.argv.splice(1, 1, cli)
  await import(pathToFileURL(cli).href)
} else {
  const args = tool ? [join(root, 'tests', tool, 'main.ts'), ...process.argv.slice(3)] : [cli, ...process.argv.slice(2)]
  const child = spawn(pinnedNode, args, { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
}

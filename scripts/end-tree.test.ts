import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { endTree } from './end-tree.mjs'

const CHILD = `
  const { spawn } = require('node:child_process')
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' })
  console.log(child.pid)
  setInterval(() => {}, 1000)
`

const runs = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test.runIf(process.platform === 'linux')('a process ends with what it started, also in another group', async () => {
  const parent = spawn(process.execPath, ['-e', CHILD], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] })
  const [text] = await once(parent.stdout, 'data')
  const below = Number(text)
  expect(runs(below)).toBe(true)
  endTree(parent.pid!)
  await expect.poll(() => runs(below), { timeout: 30_000 }).toBe(false)
})

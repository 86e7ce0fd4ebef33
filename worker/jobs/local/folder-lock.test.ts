import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { lockFolder } from './folder-lock.ts'

let dir: string
let other: ChildProcess | undefined
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hrm-edge-lock-'))
})
afterEach(async () => {
  other?.kill('SIGKILL')
  await rm(dir, { recursive: true })
})

const TAKEN = { code: 'usage', message: expect.stringContaining('is used by another process') }

test('a folder has one holder at a time, in this process and in others', async () => {
  const release = lockFolder(dir)
  expect(() => lockFolder(dir)).toThrow(expect.objectContaining(TAKEN))
  release()
  release() // twice is no fault

  const script = `import { lockFolder } from ${JSON.stringify(import.meta.resolve('./folder-lock.ts'))}
    lockFolder(${JSON.stringify(dir)})
    console.log('held')
    setInterval(() => {}, 1000)`
  other = spawn(process.execPath, ['--conditions=source', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(other.stdout!, 'data')
  expect(() => lockFolder(dir)).toThrow(expect.objectContaining(TAKEN))

  other.kill('SIGKILL')
  await once(other, 'exit')
  lockFolder(dir)()
})

test('says so of a folder that cannot be locked', () => {
  expect(() => lockFolder(join(dir, 'missing'))).toThrow(expect.objectContaining({ code: 'usage' }))
})

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { takeLock } from './lock.mjs'

let folder: string
let lock: string
const children: ChildProcess[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hrm-edge-lock-'))
  lock = join(folder, 'lock')
})
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await rm(folder, { recursive: true })
})

function node(code: string): ChildProcess {
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'ignore', 'inherit'] })
  children.push(child)
  return child
}

test('leaves nothing behind when it is given back', async () => {
  const release = await takeLock(lock, vi.fn())
  expect(await readdir(folder)).toEqual(['lock'])
  expect(await readFile(lock, 'utf8')).toMatch(new RegExp(`^${process.pid} `))
  release()
  expect(await readdir(folder)).toEqual([])
})

test.each([
  ['nothing', ''],
  ['no number', 'held by me'],
  ['a number that no process has', '4194999 1'],
])('takes a lock that holds %s', async (_, text) => {
  await writeFile(lock, text)
  const onWait = vi.fn()
  const release = await takeLock(lock, onWait)
  expect(onWait).not.toHaveBeenCalled()
  release()
  expect(await readdir(folder)).toEqual([])
})

test.skipIf(!existsSync('/proc/self/stat'))('takes the lock of one whose number another has by now', async () => {
  await writeFile(lock, `${process.ppid} 1`)
  const onWait = vi.fn()
  const release = await takeLock(lock, onWait)
  expect(onWait).not.toHaveBeenCalled()
  release()
})

test('waits for one that runs, until it is killed', async () => {
  const child = node('setInterval(() => {}, 1000)')
  await once(child, 'spawn')
  await writeFile(lock, String(child.pid))
  const onWait = vi.fn(() => child.kill('SIGKILL'))
  const release = await takeLock(lock, onWait)
  expect(onWait.mock.calls).toEqual([[child.pid]])
  release()
})

test('of many at once each has it alone', async () => {
  const log = join(folder, 'log')
  const code = `
    import { appendFileSync } from 'node:fs'
    import { takeLock } from ${JSON.stringify(new URL('lock.mjs', import.meta.url).href)}
    const release = await takeLock(${JSON.stringify(lock)}, () => {})
    appendFileSync(${JSON.stringify(log)}, 'begins ')
    await new Promise((resolve) => setTimeout(resolve, 10))
    appendFileSync(${JSON.stringify(log)}, 'ends ')
    release()`
  const MANY = 6
  await Promise.all(Array.from({ length: MANY }, () => once(node(code), 'exit')))
  expect(await readFile(log, 'utf8')).toBe('begins ends '.repeat(MANY))
  expect(await readdir(folder)).toEqual(['log'])
})

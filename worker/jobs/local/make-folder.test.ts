import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeFolder } from './make-folder.ts'

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'hrm-edge-folder-'))
})
afterAll(() => rmSync(dir, { recursive: true }))

test('makes a folder and those above it, and takes one that is there', () => {
  const path = join(dir, 'a', 'b')
  makeFolder(path)
  makeFolder(path)
  expect(statSync(path).isDirectory()).toBe(true)
})

test.runIf(process.platform !== 'win32')('what it makes is for its owner alone, what was there stays as it was', () => {
  const mode = (path: string) => statSync(path).mode & 0o777
  const above = join(dir, 'above')
  mkdirSync(above)
  chmodSync(above, 0o755)
  makeFolder(join(above, 'c', 'd'))
  expect([above, join(above, 'c'), join(above, 'c', 'd')].map(mode)).toEqual([0o755, 0o700, 0o700])
})

test('fails where a file is in the way', () => {
  const file = join(dir, 'file')
  writeFileSync(file, '')
  expect(() => makeFolder(file)).toThrow(/EEXIST/)
  expect(() => makeFolder(join(file, 'below'))).toThrow(/ENOTDIR|EEXIST/)
})

// in a process of its own, since a loop in the system's calls could not be broken off
test.runIf(process.platform === 'linux')('fails where none can be made', () => {
  const url = new URL('./make-folder.ts', import.meta.url).href
  const program = `import { makeFolder } from ${JSON.stringify(url)}; makeFolder('/proc/hrm-edge/jobs')`
  const { signal, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    timeout: 20_000,
    encoding: 'utf8',
  })
  expect(signal).toBe(null)
  expect(stderr).toContain('ENOENT')
})

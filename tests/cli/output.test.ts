import { spawn } from 'node:child_process'
import { open } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { EASY } from './boards.ts'
import { BIN, hrm, ROOT, startHrm } from './hrm.ts'

const [{ question }] = EASY

/** Runs `hrm` with a reader of stderr that has gone. */
async function withoutReader(args: readonly string[]): Promise<{ code: number | null; stdout: string }> {
  const child = startHrm(args)
  child.stderr!.destroy()
  let stdout = ''
  child.stdout!.setEncoding('utf8').on('data', (text) => {
    stdout += text
  })
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { code, stdout }
}

describe('a closed stderr', () => {
  test('takes nothing away from the answer', async () => {
    // without a board a remark goes to stderr before anything is solved
    const sample = await withoutReader(['solve', 'sudoku', '--json'])
    expect(sample.code).toBe(0)
    expect(JSON.parse(sample.stdout).status).toBe('solved')
  })

  test('leaves the exit code of bad input as it is', async () => {
    expect(await withoutReader(['solve', 'sudoku', 'bad'])).toEqual({ code: 2, stdout: '' })
  })
})

describe.runIf(process.platform === 'linux')('an answer that cannot be written', () => {
  test.each([
    ['an answer', ['solve', 'sudoku', question, '--json']],
    ['a fault', ['solve', 'sudoku', 'bad', '--json']],
    ['help', ['--help']],
  ])('%s: one line on stderr, exit 3', async (_, args) => {
    const full = await open('/dev/full', 'w')
    const child = spawn(process.execPath, [BIN, ...args], { cwd: ROOT, stdio: ['ignore', full.fd, 'pipe'] })
    let stderr = ''
    child.stderr!.setEncoding('utf8').on('data', (text) => {
      stderr += text
    })
    const code = await new Promise((resolve) => child.on('close', resolve))
    await full.close()
    expect(code).toBe(3)
    expect(stderr.split('\n').at(-2)).toMatch(/^hrm: the answer could not be written: ENOSPC.* \[internal\]$/)
    expect(stderr).not.toContain(' at ')
  })
})

test('control characters of what was given are shown, not sent', async () => {
  const run = await hrm(['solve', 'sudoku', '--weights', '\u001b[31m\u009b0m', '--json'])
  expect(run.code).toBe(2)
  expect(run.stderr).toContain('\\u001b[31m\\x9b0m')
  expect(`${run.stderr}${run.stdout}`.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
})

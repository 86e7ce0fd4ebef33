import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))
/** As `npm run setup` builds it. */
export const BIN = `${ROOT}dist/cli/bin.js`
export const WEIGHTS = `${ROOT}model/weights/sudoku.safetensors`
/** Where any weights for Sudoku will do: a step takes a fraction of one of the default's. */
export const SMALL_WEIGHTS = `${ROOT}model/weights/sudoku-1k.safetensors`

export interface Run {
  code: number | null
  stdout: string
  stderr: string
}

/** @param env on top of this process's own; undefined takes a variable away */
export function startHrm(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(process.execPath, [BIN, ...args], { cwd: ROOT, env: { ...process.env, ...env } })
}

/** The port on which an `hrm serve` has come to listen. */
export function portOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    child.stderr!.setEncoding('utf8').on('data', (text) => {
      said += text
      const match = /http:\/\/127\.0\.0\.1:(\d+)/.exec(said)
      if (match) resolve(match[1])
    })
    child.on('close', () => reject(new Error(`ended before it listened: ${said}`)))
  })
}

/** Runs the built command line as a process of its own. @param stdin what it can read; empty by default */
export async function hrm(args: readonly string[], stdin: string | Uint8Array = ''): Promise<Run> {
  const child = startHrm(args)
  const run: Run = { code: null, stdout: '', stderr: '' }
  child.stdout!.setEncoding('utf8').on('data', (text) => {
    run.stdout += text
  })
  child.stderr!.setEncoding('utf8').on('data', (text) => {
    run.stderr += text
  })
  // a command that does not read its input closes the pipe under us
  child.stdin!.on('error', () => {})
  child.stdin!.end(stdin)
  run.code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve))
  return run
}

/** The one JSON document on stdout. */
export function documentOf({ stdout }: Run) {
  return JSON.parse(stdout)
}

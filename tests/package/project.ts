import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inject } from 'vitest'

export const repository = fileURLToPath(new URL('../..', import.meta.url))
/** Programs that package.json pins. */
const programs = join(repository, 'node_modules/.bin')
export const environment = { ...process.env, PATH: `${programs}${delimiter}${process.env.PATH}` }

/**
 * @param signal ends the program when it aborts
 * @throws with all that the program said when it fails
 */
export function run(
  command: string,
  args: string[],
  cwd: string,
  signal?: AbortSignal,
): Promise<{ stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { cwd, env: environment, maxBuffer: 1 << 26, signal }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${command} ${args.join(' ')}: ${error.message}\n${stdout}${stderr}`))
      else resolve({ stdout, stderr })
    })
  })
}

export interface Project {
  folder: string
  /** Runs a program in the project. @returns what it printed */
  run(command: string, ...args: string[]): Promise<string>
  remove(): Promise<void>
}

/**
 * A fresh project that has installed the package, and nothing else, from its tarball.
 * @param files contents by path
 * @param linked packages of this repository that the project needs too, as if installed
 */
export async function createProject(files: Record<string, string>, linked: string[] = []): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), 'hrm-edge-project-'))
  await cp(inject('installed'), folder, { recursive: true, verbatimSymlinks: true })
  for (const name of linked) {
    await mkdir(dirname(join(folder, 'node_modules', name)), { recursive: true })
    await symlink(join(repository, 'node_modules', name), join(folder, 'node_modules', name))
  }
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  return {
    folder,
    run: async (command, ...args) => (await run(command, args, folder)).stdout,
    remove: () => rm(folder, { recursive: true }),
  }
}

/** Easy: the model needs a few steps. */
export const BOARD = '53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79'
/** The only solution of `BOARD`. */
export const SOLUTION = '534678912672195348198342567859761423426853791713924856961537284287419635345286179'

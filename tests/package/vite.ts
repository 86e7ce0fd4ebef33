import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { environment, repository } from './project.ts'

/** Starts Vite's development server, as `npx vite` does, on a free port. */
export async function startVite(folder: string): Promise<{ url: string; close(): Promise<void> }> {
  const script = join(repository, 'node_modules/vite/bin/vite.js')
  const child = spawn(process.execPath, [script, '--host', '127.0.0.1', '--port', '0'], {
    cwd: folder,
    env: { ...environment, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const url = await new Promise<string>((resolve, reject) => {
    let said = ''
    child.stdout.on('data', (chunk) => {
      said += chunk
      const address = /http:\/\/127\.0\.0\.1:\d+\//.exec(said)
      if (address) resolve(address[0])
    })
    child.once('exit', (code) => reject(new Error(`vite ended with ${code}: ${said}`)))
  })
  return {
    url,
    async close() {
      child.kill()
      await ended
    },
  }
}

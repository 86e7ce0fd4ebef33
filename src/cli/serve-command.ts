import { fileURLToPath } from 'node:url'
import { serve } from '../../worker/node/serve.ts'
import type { BackendChoice } from '../engines/backend-option.ts'
import { HrmError } from '../errors.ts'
import { backendOptions } from './backend.ts'
import { EXIT } from './failure.ts'
import { remark } from './output.ts'

/** The built playground; the same two folders up from here as from the bundle in dist/cli/. */
const ASSETS = fileURLToPath(new URL('../../dist/playground', import.meta.url))

export interface ServeCommandOptions {
  port: number
  host: string
  /** Folder for bulk jobs. */
  jobs?: string
  backend?: BackendChoice
  weights?: string
}

/** `hrm serve`: serves until it is told to stop (SIGINT, SIGTERM). @returns the exit code */
export async function serveCommand(options: ServeCommandOptions): Promise<number> {
  const { host } = options
  const stop = new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
  })
  const server = await listen(options)
  remark(`Serving on http://${host.includes(':') ? `[${host}]` : host}:${server.port} (Ctrl+C ends it)`)
  await stop
  await server.close()
  return EXIT.solved
}

async function listen({ port, host, jobs, backend, weights }: ServeCommandOptions): ReturnType<typeof serve> {
  try {
    const solver = { weights, ...(await backendOptions(backend)) }
    const apiKeys = process.env.API_KEYS_SHA256
    return await serve({ port, hostname: host, solver, jobsDir: jobs, assetsDir: ASSETS, apiKeys })
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    if (code === 'EADDRINUSE') throw new HrmError('usage', `port ${port} is taken`, { cause })
    if (code === 'EACCES') throw new HrmError('usage', `port ${port} may not be opened`, { cause })
    // EINVAL: a link-local address (fe80::1) without its interface
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EINVAL') {
      throw new HrmError('usage', `${host} is no address of this machine`, { cause })
    }
    throw cause
  }
}

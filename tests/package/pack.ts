import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { buildTypes } from '../../scripts/build-types.mjs'
import { repository, run } from './project.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of the packed package. */
    tarball: string
    /** Path of a project that has installed it, and nothing else. */
    installed: string
    /** What `npm run api` would complain of or change. */
    apiComplaints: string[]
  }
}

/**
 * Packs the package and installs it, once for all projects: npm takes seconds for each. The declarations are the one part
 * of it that `npm run setup` does not build.
 */
export default async function pack(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'hrm-edge-pack-'))
  project.provide('apiComplaints', await buildTypes({ check: true }))
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], repository)
  const tarball = join(folder, JSON.parse(stdout)[0].filename)
  project.provide('tarball', tarball)
  const installed = join(folder, 'installed')
  await mkdir(installed)
  await writeFile(join(installed, 'package.json'), '{"name":"consumer","private":true,"type":"module"}')
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', tarball], installed)
  project.provide('installed', installed)
  return () => rm(folder, { recursive: true })
}

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { buildTypes } from '../../scripts/build-types.mjs'
import { repository, run } from './project.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of the packed package. */
    tarball: string
    /** What `npm run api` would complain of or change. */
    apiComplaints: string[]
  }
}

/** Packs the package once. The declarations are the one part of it that `npm run setup` does not build. */
export default async function pack(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'hrm-edge-pack-'))
  project.provide('apiComplaints', await buildTypes({ check: true }))
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], repository)
  project.provide('tarball', join(folder, JSON.parse(stdout)[0].filename))
  return () => rm(folder, { recursive: true })
}

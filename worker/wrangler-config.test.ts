import { expect, test } from 'vitest'
import { experimental_readRawConfig } from 'wrangler'
import { resourcesOf } from '../scripts/deploy.mjs'
import { DEFAULT_LIMITS } from './limits.ts'

const { rawConfig } = experimental_readRawConfig({ config: 'wrangler.toml' })

test('what has to be created before a deployment is found in wrangler.toml', () => {
  expect(resourcesOf(rawConfig).map(({ make }) => make.join(' '))).toEqual([
    'r2 bucket create hrm-edge-jobs',
    'queues create hrm-edge-jobs',
    'queues create hrm-edge-jobs-dead',
  ])
  expect(resourcesOf({})).toEqual([])
})

test('an environment has its own', () => {
  const config = { ...rawConfig, env: { staging: { r2_buckets: [{ bucket_name: 'other' }] } } }
  expect(resourcesOf(config, 'staging').map(({ make }) => make.join(' '))).toEqual(['r2 bucket create other'])
  expect(resourcesOf(config, 'unknown')).toEqual(resourcesOf(config))
})

test('one chunk an invocation, within its CPU time; what no try solves goes to a queue that is known as such', () => {
  const [jobs, dead] = rawConfig.queues!.consumers!
  expect(jobs.max_batch_size).toBe(1)
  expect(jobs.dead_letter_queue).toBe(dead.queue)
  expect(dead.queue).toMatch(/-dead$/)
  const slowStepMs = 48 // the worst that was measured, on a busy machine, is 41
  expect(DEFAULT_LIMITS.chunkSteps * slowStepMs).toBeLessThan(rawConfig.limits!.cpu_ms!)
  expect(DEFAULT_LIMITS.maxSteps).toBeLessThanOrEqual(DEFAULT_LIMITS.chunkSteps)
})

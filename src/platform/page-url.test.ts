import { afterEach, describe, expect, it, vi } from 'vitest'
import { expectHrmError } from '../../tests/helpers/errors.ts'
import { absolute } from '../threads/web-worker.ts'
import { platform } from './browser.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

/** The two that must agree: what reads the weights, and what names them to a worker. */
describe.each([
  ['the platform', (name: string) => platform.resolve(name).href],
  ['a worker', absolute],
])('a name in a page, to %s', (_, resolve) => {
  it('is relative to the base of the page', () => {
    vi.stubGlobal('location', new URL('https://example.test/app/page.html'))
    vi.stubGlobal('document', { baseURI: 'https://cdn.example.test/base/' })
    expect(resolve('w.safetensors')).toBe('https://cdn.example.test/base/w.safetensors')
    expect(resolve('https://example.test/w')).toBe('https://example.test/w')
    expectHrmError(() => resolve('http://['), 'weights_fetch', '"http://[" is not a URL')
  })

  it('is relative to the script where there is no page', () => {
    vi.stubGlobal('location', new URL('https://example.test/app/worker.js'))
    expect(resolve('w.safetensors')).toBe('https://example.test/app/w.safetensors')
  })
})

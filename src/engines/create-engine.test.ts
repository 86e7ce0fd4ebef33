import { afterEach, describe, expect, it, vi } from 'vitest'
import { CANDIDATES } from '../../tests/helpers/configs.ts'
import { engineFor } from '../../tests/helpers/engine-contract.ts'
import { expectHrmRejection } from '../../tests/helpers/errors.ts'
import { tinyModel } from '../../tests/helpers/weights-file.ts'
import { createEngineFactory } from './create-engine.ts'

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

const made = async (backend: Parameters<typeof createEngineFactory>[0]) => {
  const { backend: name, build } = engineFor(await createEngineFactory(backend), tinyModel(CANDIDATES))
  return `${name} ${build}`
}

describe('createEngineFactory', () => {
  it('gives the backend asked for, and wasm by default', async () => {
    expect(await made('reference')).toBe('reference typescript')
    expect(await made('wasm')).toMatch(/^wasm (relaxed|simd128)$/)
    expect(await made('auto')).toBe(await made('wasm'))
  })

  it('falls back to the reference engine where there is no WebAssembly SIMD, but only where left to choose', async () => {
    vi.spyOn(WebAssembly, 'validate').mockReturnValue(false)
    expect(await made('auto')).toBe('reference typescript')
    await expectHrmRejection(createEngineFactory('wasm'), 'engine_unavailable', 'no WebAssembly SIMD')
    vi.stubGlobal('WebAssembly', undefined)
    expect(await made('auto')).toBe('reference typescript')
    await expectHrmRejection(createEngineFactory('wasm'), 'engine_unavailable')
  })

  it('takes plain SIMD where there is no relaxed SIMD', async () => {
    // The first module asked about is that of plain SIMD, the second that of relaxed SIMD.
    vi.spyOn(WebAssembly, 'validate').mockReturnValueOnce(true).mockReturnValueOnce(false)
    expect(await made('wasm')).toBe('wasm simd128')
  })

  it('refuses what there is not', async () => {
    await expectHrmRejection(createEngineFactory('webgpu'), 'engine_unavailable', 'webgpu')
  })
})

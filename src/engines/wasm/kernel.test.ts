import asc from 'assemblyscript/asc'
import { describe, expect, it, vi } from 'vitest'
import { platform } from '#platform'
import { expectHrmRejection } from '../../../tests/helpers/errors.ts'
import type { KernelBuild } from '../../platform/platform.ts'
import { chooseKernel, RelaxedProbe } from './kernel.ts'

/** A relaxed build whose dot products are what this says; a, b and out are pointers. */
async function relaxedBuild(dot: string, pairs: string): Promise<WebAssembly.Module> {
  const source = `
    export function relaxedDot(a: usize, b: usize, out: usize): void { ${dot} }
    export function relaxedPairs(a: usize, b: usize, out: usize): void { ${pairs} }`
  const { binary, error, stderr } = await asc.compileString(source, {
    optimizeLevel: 3,
    runtime: 'stub',
    importMemory: true,
    enable: ['simd'],
  })
  if (error) throw new Error(stderr.toString())
  return WebAssembly.compile(binary as Uint8Array<ArrayBuffer>)
}

/** Both dot products with plain SIMD; `second` is how the second operand's bytes are taken, `add` how two meet. */
const plain = (second: 's' | 'u', add: 'add' | 'add_sat_s') => `
  const x0 = i16x8.extend_low_i8x16_s(v128.load(a)), x1 = i16x8.extend_high_i8x16_s(v128.load(a))
  const y0 = i16x8.extend_low_i8x16_${second}(v128.load(b)), y1 = i16x8.extend_high_i8x16_${second}(v128.load(b))
  const p0 = i16x8.mul(x0, y0), p1 = i16x8.mul(x1, y1)
  const pairs = i16x8.${add}(
    v128.shuffle<i16>(p0, p1, 0, 2, 4, 6, 8, 10, 12, 14), v128.shuffle<i16>(p0, p1, 1, 3, 5, 7, 9, 11, 13, 15))
`
const STORE_PAIRS = 'v128.store(out, pairs)'
const ADD_FOURS = 'v128.store(out, i32x4.add(v128.load(out), i32x4.extadd_pairwise_i16x8_s(pairs)))'
const machine = (second: 's' | 'u', add: 'add' | 'add_sat_s') =>
  relaxedBuild(plain(second, add) + ADD_FOURS, plain(second, add) + STORE_PAIRS)

describe('RelaxedProbe', () => {
  it('finds this machine exact', async () => {
    expect(new RelaxedProbe(await platform.loadKernel('relaxed')).isExact()).toBe(true)
  })

  it('takes dot products that add pairs in saturated i16 for x64 without VNNI', async () => {
    const probe = new RelaxedProbe(await machine('u', 'add_sat_s'))
    expect(probe.isExact()).toBe(true)
    expect(probe.fasterMultiply()).toBe('pair')
  })

  it.each(['s', 'u'] as const)('takes any other for a dot product instruction: second operand %s', async (second) => {
    const probe = new RelaxedProbe(await machine(second, 'add'))
    expect(probe.isExact()).toBe(true)
    expect(probe.fasterMultiply()).toBe('dot')
  })

  it.each([
    ['do nothing', '', ''],
    [
      'are off by one',
      `${plain('s', 'add')}${ADD_FOURS}; store<i32>(out, load<i32>(out) + 1)`,
      plain('s', 'add') + STORE_PAIRS,
    ],
    ['do not add', `${plain('s', 'add')}v128.store(out, i32x4.extadd_pairwise_i16x8_s(pairs))`, ''],
    ['have only the fours right', plain('s', 'add') + ADD_FOURS, ''],
    ['have only the pairs right', '', plain('s', 'add') + STORE_PAIRS],
  ])('does not find products exact that %s', async (_, dot, pairs) => {
    expect(new RelaxedProbe(await relaxedBuild(dot, pairs)).isExact()).toBe(false)
  })
})

describe('chooseKernel', () => {
  const wrong = async () => relaxedBuild('', '')
  const loader = (relaxed: () => Promise<WebAssembly.Module>) =>
    vi.fn((build: KernelBuild) => (build === 'relaxed' ? relaxed() : platform.loadKernel(build)))
  const exact = () => platform.loadKernel('relaxed')

  it('takes the relaxed build where it is exact, and loads nothing else', async () => {
    const load = loader(exact)
    expect(await chooseKernel(load)).toMatchObject({ build: 'relaxed' })
    expect(load.mock.calls).toEqual([['relaxed']])
  })

  it('falls back to simd128 where the relaxed build computes wrong', async () => {
    expect(await chooseKernel(loader(wrong))).toMatchObject({ build: 'simd128', multiply: 'dot' })
  })

  it('falls back to simd128 where the runtime does not know relaxed SIMD', async () => {
    const validate = vi.spyOn(WebAssembly, 'validate').mockImplementation((bytes) => bytes.byteLength < 40)
    try {
      const load = loader(exact)
      expect(await chooseKernel(load)).toMatchObject({ build: 'simd128' })
      expect(load.mock.calls).toEqual([['simd128']])
      expect(validate).toHaveBeenCalledTimes(2)
    } finally {
      validate.mockRestore()
    }
  })

  it('takes what it is told to', async () => {
    expect(await chooseKernel(loader(exact), { build: 'simd128' })).toMatchObject({ build: 'simd128' })
    for (const multiply of ['dot', 'pair'] as const) {
      const kernel = await chooseKernel(loader(exact), { build: 'relaxed', multiply })
      expect(kernel).toMatchObject({ build: 'relaxed', multiply })
    }
  })

  it('says so where a build that must be is not there, or there is no SIMD at all', async () => {
    await expectHrmRejection(chooseKernel(loader(wrong), { build: 'relaxed' }), 'engine_unavailable', 'relaxed SIMD')
    const validate = vi.spyOn(WebAssembly, 'validate').mockReturnValue(false)
    try {
      await expectHrmRejection(chooseKernel(loader(exact)), 'engine_unavailable', 'no WebAssembly SIMD')
    } finally {
      validate.mockRestore()
    }
  })

  it('passes on why kernels could not be loaded', async () => {
    const fail = () => Promise.reject(new Error('404'))
    await expect(chooseKernel(fail)).rejects.toThrow('404')
  })
})

import { describe, expect, it } from 'vitest'
import { MAZE } from '../../tests/helpers/configs.ts'
import { type FakeEngine, fakeEngine } from '../../tests/helpers/fake-engine.ts'
import { tinyModel } from '../../tests/helpers/weights-file.ts'
import { HrmError } from '../errors.ts'
import { buildGeometry } from '../tasks/lists.ts'
import { createPools } from './pools.ts'

const model = tinyModel(MAZE)
const shapeOf = (rows: number, cols: number) => ({ rows, cols, boxRows: 1, boxCols: 1 })

function setUp() {
  const engines: FakeEngine[] = []
  const pools = createPools()
  const use = (rows: number, cols: number, think: () => void = () => {}) =>
    pools.use(shapeOf(rows, cols), () => {
      const engine = fakeEngine({ model, geometry: buildGeometry(MAZE, shapeOf(rows, cols)), slots: 1 }, think)
      engines.push(engine)
      return engine
    })
  return { pools, engines, use }
}

describe('pools', () => {
  it('are one for every shape, also where two have as many cells', () => {
    const { engines, use } = setUp()
    const pool = use(2, 6)
    expect(use(2, 6)).toBe(pool)
    expect(use(6, 2)).not.toBe(pool)
    expect(engines.length).toBe(2)
  })

  it('that no one uses any more are given up, but for the last four', () => {
    const { pools, engines, use } = setUp()
    for (let rows = 2; rows < 12; rows++) pools.done(use(rows, 2))
    expect(engines.map(({ disposed }) => disposed)).toEqual([...Array(6).fill(true), ...Array(4).fill(false)])
    pools.done(use(11, 2))
    expect(engines.length).toBe(10)
  })

  it('are given up sooner where their boards are large, but for the one used last', () => {
    const { pools, engines, use } = setUp()
    const keptAfter = (cols: number) => {
      pools.done(use(2, cols))
      return engines.filter(({ disposed }) => !disposed).map(({ tokens }) => tokens)
    }
    expect(keptAfter(500)).toEqual([1000])
    expect(keptAfter(1000)).toEqual([1000, 2000])
    expect(keptAfter(700)).toEqual([2000, 1400])
    expect(keptAfter(5000)).toEqual([10_000])
    expect(keptAfter(50)).toEqual([100])
  })

  it('are kept by the memory of their carries where they compute on a GPU', () => {
    const { pools, engines, use } = setUp()
    const onGpu = (rows: number) => {
      const pool = use(rows, 1000)
      engines.at(-1)!.backend = 'webgpu'
      pools.done(pool)
    }
    for (let rows = 2; rows < 6; rows++) onGpu(rows)
    expect(engines.some(({ disposed }) => disposed)).toBe(false)
    onGpu(6)
    expect(engines.map(({ disposed }) => disposed)).toEqual([true, false, false, false, false])
    // 128 bytes a token of each of them: 0.25 of all that is kept, and 0.8
    onGpu(524)
    onGpu(1677)
    expect(engines.map(({ disposed }) => disposed)).toEqual([...new Array(6).fill(true), false])
  })

  it('are given up by when they were used last, not by when they were made', () => {
    const { pools, engines, use } = setUp()
    for (const rows of [2, 3, 4, 5, 2, 6]) pools.done(use(rows, 2))
    expect(engines.map(({ disposed }) => disposed)).toEqual([false, true, false, false, false])
  })

  it('in use are kept, however many, and however often they were taken', () => {
    const { pools, engines, use } = setUp()
    const held = Array.from({ length: 10 }, (_, i) => use(i + 2, 2))
    pools.done(use(2, 2))
    expect(engines.some(({ disposed }) => disposed)).toBe(false)
    for (const pool of held) pools.done(pool)
    expect(engines.filter(({ disposed }) => disposed).length).toBe(6)
  })

  it('that failed make way for new ones', async () => {
    const { pools, engines, use } = setUp()
    const pool = use(2, 3, () => {
      throw new HrmError('engine_failed', 'a trap')
    })
    await expect(pool.step([await pool.take()])).rejects.toMatchObject({ code: 'engine_failed' })
    const next = use(2, 3)
    expect(next).not.toBe(pool)
    expect(engines[0].disposed).toBe(true)
    pools.done(pool)
    pools.done(next)
    expect(engines[1].disposed).toBe(false)
  })
})

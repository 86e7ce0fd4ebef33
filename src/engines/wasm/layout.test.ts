import { describe, expect, it } from 'vitest'
import { TINY_CONFIGS } from '../../../tests/helpers/configs.ts'
import { expectHrmError } from '../../../tests/helpers/errors.ts'
import { tinyModel } from '../../../tests/helpers/weights-file.ts'
import { buildGeometry, trainedShape } from '../../tasks/lists.ts'
import { loadModel } from '../../weights/load-model.ts'
import { planMemory } from './layout.ts'

describe('planMemory', () => {
  const plan = (config: (typeof TINY_CONFIGS)[keyof typeof TINY_CONFIGS], slots: number) =>
    planMemory(tinyModel(config), buildGeometry(config, trainedShape(config)), slots, 'relaxed')

  it.each(Object.entries(TINY_CONFIGS))('gives every region a place of its own, in order: %s', (_, config) => {
    const layout = plan(config, 3)
    const addresses = [
      layout.descriptor,
      layout.slotList,
      layout.hRecords,
      layout.lRecords,
      ...(layout.lists.length ? [layout.headRecords] : []),
      ...[...new Set(layout.lists)].flatMap((list) =>
        list.quads ? [list.offsetsAt] : [list.offsetsAt, list.penaltyAt],
      ),
      ...[...layout.H, ...layout.L].flatMap(({ qkv, o, gateUp, down, bias }) =>
        bias ? [qkv, o, gateUp, down, bias] : [qkv, o, gateUp, down],
      ),
      layout.lmHead,
      layout.qHead,
      layout.qBias,
      ...(layout.ropeCos ? [layout.ropeCos, layout.ropeSin] : []),
      layout.packed,
      layout.rowScales,
      layout.factors,
      layout.gateUp,
      layout.scratch,
      layout.pool,
      layout.qkv,
      layout.slots,
    ]
    expect(addresses.every((at) => at % 64 === 0)).toBe(true)
    expect(new Set(addresses).size).toBe(addresses.length)
    expect(addresses).toEqual(addresses.toSorted((a, b) => a - b))
    expect(layout.slots + 3 * layout.slotBytes).toBeLessThanOrEqual(65536 * layout.pages)
    expect(layout.slots + 3 * layout.slotBytes).toBeGreaterThan(65536 * (layout.pages - 1))
  })

  it('refuses more than 1 GiB', () => {
    const config = TINY_CONFIGS.candidates
    expectHrmError(() => plan(config, 1e6), 'engine_unavailable', /need \d+ MiB for 1000000 slots, more than 1 GiB/)
  })

  it('refuses a board that is too large before it packs the lists', () => {
    const { candidates: config } = TINY_CONFIGS
    const unread = { width: 2 ** 20, indices: new Proxy(new Int32Array(0), { get: () => expect.unreachable() }) }
    const geometry = { tokens: 2 ** 12, tables: config.lists.map(() => unread) }
    const model = tinyModel(config)
    expectHrmError(() => planMemory(model, geometry, 1, 'relaxed'), 'engine_unavailable', /more than 1 GiB/)
  })

  it('lets the model that ships solve eight boards at once within 16 MiB', async () => {
    const { model } = await loadModel({ task: 'sudoku' })
    const { pages } = planMemory(model, buildGeometry(model.config, trainedShape(model.config)), 8, 'simd128')
    expect(pages * 64).toBeLessThan(16 * 1024)
  })
})

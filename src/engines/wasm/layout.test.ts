import { describe, expect, it } from 'vitest'
import { ALONE, TINY_CONFIGS } from '../../../tests/helpers/configs.ts'
import { expectHrmError } from '../../../tests/helpers/errors.ts'
import { tinyModel } from '../../../tests/helpers/weights-file.ts'
import type { KernelBuild } from '../../platform/platform.ts'
import { buildGeometry, trainedShape } from '../../tasks/lists.ts'
import type { ModelConfig } from '../../weights/config.ts'
import { loadModel } from '../../weights/load-model.ts'
import { type Layout, planMemory } from './layout.ts'

interface Region {
  readonly name: string
  readonly at: number
  /** What is written there, by the host or by the kernels. */
  readonly bytes: number
}

const upTo = (multiple: number, n: number): number => Math.ceil(n / multiple) * multiple

/** Every region in its place, as large as wasm/assembly says of what it holds: none of the sizes is the layout's own. */
function regionsOf(layout: Layout, config: ModelConfig, build: KernelBuild): Region[] {
  const { hidden_size: hidden, intermediate_size: inter, num_heads: heads, q_outputs, output_size } = config
  const tokens = config.puzzle_emb_len + config.seq_len
  const rows = upTo(4, tokens)
  const blockRows = Math.min(rows, 96)
  const dim = hidden / heads
  const lists = [...new Set(layout.lists)]
  const widest = Math.max(0, ...lists.map(({ width }) => width))
  // A panel holds 8 columns: 32 bytes of sums, 32 of scales, a byte for every weight.
  const matrix = (columns: number, inputs: number) => (upTo(8, columns) / 8) * (64 + 8 * inputs)
  const attention = lists.map(({ width, quads }) =>
    // Keys and values, one query, scores and their arguments, of four groups; or scores and arguments of one token.
    quads ? 16 * (2 * width * dim + dim + 2 * width * width) : 4 * 2 * upTo(4, width),
  )
  // Scores of two tokens and their arguments.
  if (config.attention === 'full') attention.push(4 * 2 * 2 * rows)
  const region = (name: string, at: number, bytes: number): Region => ({ name, at, bytes })
  return [
    region('descriptor', layout.descriptor, 168),
    region('H records', layout.hRecords, 20 * config.H_layers),
    region('L records', layout.lRecords, 20 * config.L_layers),
    region('head records', layout.headRecords, 24 * config.lists.length),
    ...lists.flatMap(({ width, quads, offsetsAt, penaltyAt }) => {
      const entries = quads ? quads * width * 4 : tokens * upTo(4, width)
      return [region('offsets', offsetsAt, 4 * entries), region('penalty', penaltyAt, quads ? 0 : 4 * entries)]
    }),
    ...[...layout.H, ...layout.L].flatMap(({ qkv, o, gateUp, down, bias }) => [
      region('layer qkv', qkv, matrix(3 * hidden, hidden)),
      region('layer o', o, matrix(hidden, hidden)),
      region('layer gate|up', gateUp, 2 * matrix(inter, hidden)),
      region('layer down', down, matrix(hidden, inter)),
      ...(config.list_bias ? [region('layer bias', bias, 4 * heads * upTo(4, widest))] : []),
    ]),
    region('lm_head', layout.lmHead, 4 * output_size * hidden),
    region('q_head', layout.qHead, 4 * q_outputs * hidden),
    region('q_head bias', layout.qBias, 4 * q_outputs),
    ...(config.pos_encodings === 'rope'
      ? [region('cos', layout.ropeCos, 4 * tokens * dim), region('sin', layout.ropeSin, 4 * tokens * dim)]
      : []),
    region('packed', layout.packed, blockRows * Math.max(hidden, inter) * (build === 'relaxed' ? 1 : 2)),
    region('row scales', layout.rowScales, 4 * blockRows),
    region('factors', layout.factors, 32 * (blockRows / 4)),
    region('gate|up', layout.gateUp, 4 * blockRows * 2 * upTo(8, inter)),
    region('scratch', layout.scratch, Math.max(2 * 4 * inter, ...attention)),
    region('pool', layout.pool, 4 * hidden),
    region('q|k|v', layout.qkv, 4 * rows * upTo(8, 3 * hidden)),
    region('slots', layout.slots, 3 * layout.slotBytes),
  ]
}

describe('planMemory', () => {
  const plan = (config: ModelConfig, slots: number, build: KernelBuild = 'relaxed') =>
    planMemory(tinyModel(config), buildGeometry(config, trainedShape(config)), slots, build)

  it.each(
    Object.entries({ ...TINY_CONFIGS, 'wide SwiGLU': { ...ALONE, intermediate_size: 256 } }).flatMap(
      ([name, config]) => [
        { name, config, build: 'relaxed' as const },
        { name, config, build: 'simd128' as const },
      ],
    ),
  )(
    'gives every region a place of its own that is as large as the kernels need: $name, $build',
    ({ config, build }) => {
      const layout = plan(config, 3, build)
      const regions = regionsOf(layout, config, build)
      for (const [i, { name, at }] of regions.entries()) {
        const before = regions[i - 1] ?? { at: 4096, bytes: 0 }
        expect(at, name).toBe(upTo(64, before.at + before.bytes))
      }
      const slots = regions.at(-1)!
      expect(layout.pages).toBe(Math.ceil((slots.at + slots.bytes) / 65536))
      const { hidden_size, seq_len, output_size, q_outputs } = config
      const state = 4 * upTo(4, config.puzzle_emb_len + seq_len) * upTo(8, hidden_size)
      const { zL, x, logits, q } = layout.inSlot
      // z_H, at 0, z_L and x end on cache lines.
      expect([zL, x, logits]).toEqual([state, 2 * state, 3 * state])
      expect(q).toBe(upTo(64, logits + 4 * seq_len * output_size))
      expect(layout.slotBytes).toBe(upTo(64, q + 4 * q_outputs))
    },
  )

  it('refuses more than 1 GiB', () => {
    const config = TINY_CONFIGS.candidates
    expectHrmError(() => plan(config, 1e6), 'engine_unavailable', /need \d+ MiB for 1000000 slots, more than 1 GiB/)
  })

  it('refuses a board that is too large before it packs the lists', () => {
    const { candidates: config } = TINY_CONFIGS
    // A table of 256 MiB; with its copies, packed and in linear memory, five times as much.
    const unread = { width: 2 ** 14, indices: new Proxy(new Int32Array(0), { get: () => expect.unreachable() }) }
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

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { CANDIDATES, GRID_LISTS, LEARNED, OFFICIAL, SMALLEST, TINY_CONFIGS } from '../../tests/helpers/configs.ts'
import { expectHrmError } from '../../tests/helpers/errors.ts'
import {
  type Draft,
  draftOf,
  setFloat,
  tensorSpecs,
  tinyFile,
  tinyModel,
  writeFile,
} from '../../tests/helpers/weights-file.ts'
import { HrmError } from '../errors.ts'
import { createRandom } from '../numerics/random.ts'
import type { ModelConfig } from './config.ts'
import { readModel } from './read-model.ts'

const SHIPPED = readFileSync(new URL('../../model/weights/sudoku.safetensors', import.meta.url))

/** Reads a draft after a test has spoilt it. */
const readSpoilt = (config: ModelConfig, spoil: (draft: Draft) => void) => () => {
  const draft = draftOf(config)
  spoil(draft)
  return readModel(writeFile(draft))
}

/** Takes a tensor out, data and all. */
function drop(draft: Draft, name: string): void {
  const { header } = draft
  const [begin, end] = header[name].data_offsets
  delete header[name]
  draft.data = Uint8Array.from([...draft.data.subarray(0, begin), ...draft.data.subarray(end)])
  for (const [key, entry] of Object.entries(header)) {
    if (key === '__metadata__' || entry.data_offsets[0] < end) continue
    entry.data_offsets = entry.data_offsets.map((at: number) => at - (end - begin))
  }
}

/** Puts a tensor of `bytes` bytes at the end. */
function append(draft: Draft, name: string, dtype: string, shape: number[], bytes: number): void {
  const at = draft.data.length
  draft.header[name] = { dtype, shape, data_offsets: [at, at + bytes] }
  draft.data = Uint8Array.from([...draft.data, ...new Uint8Array(bytes)])
}

describe('readModel', () => {
  it.each(Object.entries(TINY_CONFIGS))('reads a model: %s', (_, config) => {
    const draft = draftOf(config)
    const file = writeFile(draft)
    const model = readModel(file)
    expect(model.config).toEqual(config)
    expect(model.card).toEqual({ name: 'tiny' })
    expect(model.bytes).toBe(file.length)
    expect(model.H.length).toBe(config.H_layers)
    expect(model.L.length).toBe(config.L_layers)

    const raw = (name: string) => draft.data.slice(...(draft.header[name].data_offsets as [number, number]))
    const floats = (name: string) => new Float32Array(raw(name).buffer)
    expect(model.hInit).toEqual(floats('H_init'))
    expect(model.lInit).toEqual(floats('L_init'))
    expect(model.embedTokens).toEqual(floats('embed_tokens.embedding_weight'))
    expect(model.lmHead).toEqual(floats('lm_head.weight'))
    expect(model.qHead).toEqual({ weight: floats('q_head.weight'), bias: floats('q_head.bias') })
    const optional = {
      'embed_pos.embedding_weight': model.embedPos,
      'rotary_emb.cos_cached': model.rope?.cos,
      'rotary_emb.sin_cached': model.rope?.sin,
      'puzzle_emb.weights': model.puzzleEmb,
      'H_level.layers.0.self_attn.list_bias': model.H[0].listBias,
    }
    for (const [name, tensor] of Object.entries(optional)) {
      expect(tensor, name).toEqual(name in draft.header ? floats(name) : undefined)
    }
    const last = model.H[config.H_layers - 1]
    const names = {
      qkv: 'self_attn.qkv_proj',
      o: 'self_attn.o_proj',
      gateUp: 'mlp.gate_up_proj',
      down: 'mlp.down_proj',
    }
    for (const [part, name] of Object.entries(names)) {
      const full = `H_level.layers.${config.H_layers - 1}.${name}.weight`
      const [rows, cols] = draft.header[full].shape
      expect(last[part as keyof typeof names], full).toEqual({
        rows,
        cols,
        data: new Int8Array(raw(full).buffer),
        scale: floats(`${full}_scale`),
      })
    }
  })

  it('reads the weights that ship', () => {
    const { config, bytes, H, L } = readModel(SHIPPED)
    expect(config.task.name).toBe('sudoku')
    expect(bytes).toBe(SHIPPED.length)
    expect([H.length, L.length]).toEqual([config.H_layers, config.L_layers])
  })

  it("reads a Node Buffer from a pool, whose slice doesn't copy", () => {
    const file = tinyFile(CANDIDATES)
    const pool = Buffer.alloc(file.length + 64, 0xaa)
    const buffer = pool.subarray(3, 3 + file.length)
    buffer.set(file)
    const model = readModel(buffer)
    pool.fill(0x55)
    expect(model).toEqual(readModel(file))
  })

  it("does not share memory with the caller's bytes", () => {
    for (const config of Object.values(TINY_CONFIGS)) {
      const file = tinyFile(config)
      const model = readModel(file)
      file.fill(0x7f)
      expect(model).toEqual(tinyModel(config))
    }
  })

  it('keeps scales of zero, which stand for rows of zeros', () => {
    const name = 'H_level.layers.0.mlp.down_proj.weight_scale'
    const model = readSpoilt(SMALLEST, (draft) => setFloat(draft, name, 2, 0))()
    expect(model.H[0].down.scale[2]).toBe(0)
  })
})

describe('a truncated file', () => {
  it.each([
    ['smallest', SMALLEST],
    ['official', OFFICIAL],
  ])('is refused at every byte: %s', (_, config) => {
    const file = tinyFile(config)
    for (let n = 0; n < file.length; n++) {
      expectHrmError(() => readModel(file.subarray(0, n)), 'weights_truncated')
    }
  })

  it('is refused at 200 places of the weights that ship', () => {
    const random = createRandom(1)
    for (let i = 0; i < 200; i++) {
      const n = Math.floor(random.next() * SHIPPED.length)
      expectHrmError(() => readModel(SHIPPED.subarray(0, n)), 'weights_truncated')
    }
  })
})

describe('metadata', () => {
  const withMetadata = (change: Record<string, unknown>) =>
    readSpoilt(SMALLEST, ({ header }) => {
      Object.assign(header.__metadata__, change)
      for (const key of Object.keys(change)) if (change[key] === undefined) delete header.__metadata__[key]
    })

  it.each(['2', '', '01', '1.0', undefined])('refuses the format %j', (format) => {
    const shown = JSON.stringify(format)
    expectHrmError(
      withMetadata({ 'hrm.format': format }),
      'weights_format',
      `hrm.format is ${shown}, this reader knows "1"`,
    )
  })

  it('refuses a file without metadata', () => {
    expectHrmError(
      readSpoilt(SMALLEST, ({ header }) => {
        delete header.__metadata__
      }),
      'weights_format',
      'hrm.format is undefined',
    )
  })

  it.each(['format', 'hrm.notes', 'HRM.CARD', ''])('refuses the unknown key %j', (key) => {
    expectHrmError(withMetadata({ [key]: 'x' }), 'weights_format', `unknown metadata key ${JSON.stringify(key)}`)
  })

  it.each(['hrm.config', 'hrm.card'])('refuses a file without %s', (key) => {
    expectHrmError(withMetadata({ [key]: undefined }), 'weights_config', `__metadata__ has no ${key}`)
  })
})

describe('tensors', () => {
  const configs = { SMALLEST, CANDIDATES, OFFICIAL, LEARNED, GRID_LISTS }

  it.each(Object.entries(configs))('are each needed: %s', (_, config) => {
    for (const [name] of tensorSpecs(config)) {
      const error = expectHrmError(
        readSpoilt(config, (draft) => drop(draft, name)),
        'weights_missing',
      )
      expect(error.message).toBe(`no tensor ${name}`)
    }
  })

  it.each(Object.entries(configs))('are each checked for dtype and shape: %s', (_, config) => {
    for (const [name, dtype, shape] of tensorSpecs(config)) {
      // The same bytes said to be of the other kind, so that the container itself is right.
      const bytes = shape.reduce((a, b) => a * b, dtype === 'F32' ? 4 : 1)
      const other = dtype === 'F32' ? 'I8' : 'F32'
      expectHrmError(
        readSpoilt(config, ({ header }) =>
          Object.assign(header[name], { dtype: other, shape: [other === 'I8' ? bytes : bytes / 4] }),
        ),
        'weights_dtype',
        `${name} is ${other}, not ${dtype}`,
      )
      expectHrmError(
        readSpoilt(config, ({ header }) => Object.assign(header[name], { shape: [1, ...shape] })),
        'weights_shape',
        `${name} is [1,${shape}], the config needs [${shape}]`,
      )
    }
  })

  it('of a transposed shape are refused', () => {
    const name = 'L_level.layers.0.mlp.gate_up_proj.weight'
    const swap = ({ header }: Draft) => header[name].shape.reverse()
    expectHrmError(readSpoilt(CANDIDATES, swap), 'weights_shape', `${name} is [16,48], the config needs [48,16]`)
  })

  it.each([
    ['extra', 'F32'],
    ['H_level.layers.1.self_attn.o_proj.weight', 'I8'],
    ['embed_pos.embedding_weight', 'F32'],
    ['H_level.layers.0.self_attn.list_bias', 'F32'],
  ])('that the config does not know are refused: %s', (name, dtype) => {
    const add = (draft: Draft) => {
      append(draft, 'placeholder', dtype, [1], dtype === 'F32' ? 4 : 1)
      draft.header = Object.fromEntries(
        Object.entries(draft.header).map(([key, value]) => [key === 'placeholder' ? name : key, value]),
      )
    }
    expectHrmError(readSpoilt(SMALLEST, add), 'weights_unknown', `tensor ${name} is not part of this model`)
  })
})

describe('values', () => {
  const bad = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 65536, -65536, 3e38]

  it.each(Object.entries({ SMALLEST, OFFICIAL, LEARNED, GRID_LISTS }))(
    'of every float tensor are checked: %s',
    (_, config) => {
      for (const [name, dtype, shape] of tensorSpecs(config)) {
        if (dtype !== 'F32') continue
        const scale = name.endsWith('_scale')
        const last = shape.reduce((a, b) => a * b) - 1
        for (const value of scale ? [...bad, -1e-9] : bad) {
          const error = expectHrmError(
            readSpoilt(config, (draft) => setFloat(draft, name, last, value)),
            scale ? 'weights_scale' : 'weights_value',
          )
          expect(error.message).toMatch(/\[\d+\] is .*, not within/)
          expect(error.message.startsWith(`${name}[${last}] is ${Math.fround(value)}, not within `)).toBe(true)
        }
      }
    },
  )

  it('may reach 65504, those of rotary tables 1', () => {
    const at = (value: number) => (draft: Draft) => setFloat(draft, 'H_init', 0, value)
    expect(readSpoilt(SMALLEST, at(65504))().hInit[0]).toBe(65504)
    expect(readSpoilt(SMALLEST, at(-65504))().hInit[0]).toBe(-65504)
    const rope = (value: number) => (draft: Draft) => setFloat(draft, 'rotary_emb.sin_cached', 3, value)
    expect(readSpoilt(OFFICIAL, rope(-1))().rope!.sin[3]).toBe(-1)
    expectHrmError(
      readSpoilt(OFFICIAL, rope(1.0001)),
      'weights_value',
      'rotary_emb.sin_cached[3] is 1.000100016593933, not within +-1',
    )
  })

  it('are all HrmErrors to callers', () => {
    const error = expectHrmError(
      readSpoilt(SMALLEST, (d) => setFloat(d, 'H_init', 0, Number.NaN)),
      'weights_value',
    )
    expect(error).toBeInstanceOf(HrmError)
    expect(error.name).toBe('HrmError')
    expect(error.cells).toEqual([])
  })
})

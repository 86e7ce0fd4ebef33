import { createRandom } from '../../src/numerics/random.ts'
import { buildGeometry, trainedShape } from '../../src/tasks/lists.ts'
import type { ModelConfig } from '../../src/weights/config.ts'
import type { Model } from '../../src/weights/model.ts'
import { readModel } from '../../src/weights/read-model.ts'

/** A weights file before it is written: JSON header and data, both free to be spoilt by a test. */
export interface Draft {
  // biome-ignore lint/suspicious/noExplicitAny: a test may put anything anywhere
  header: Record<string, any>
  data: Uint8Array<ArrayBuffer>
}

type Spec = readonly [name: string, dtype: 'F32' | 'I8', shape: readonly number[]]

/** Every tensor of docs/format.md that a model of this config has, in the order of its table. */
export function tensorSpecs(c: ModelConfig): Spec[] {
  const d = c.hidden_size
  const positions = c.puzzle_emb_len + c.seq_len
  const longest = longestList(c)
  const matrix = (name: string, out: number, into: number): Spec[] => [
    [`${name}.weight`, 'I8', [out, into]],
    [`${name}.weight_scale`, 'F32', [out]],
  ]
  const layer = (name: string): Spec[] => [
    ...matrix(`${name}.self_attn.qkv_proj`, 3 * d, d),
    ...matrix(`${name}.self_attn.o_proj`, d, d),
    ...(c.list_bias ? [[`${name}.self_attn.list_bias`, 'F32', [c.num_heads, longest]] satisfies Spec] : []),
    ...matrix(`${name}.mlp.gate_up_proj`, 2 * c.intermediate_size, d),
    ...matrix(`${name}.mlp.down_proj`, d, c.intermediate_size),
  ]
  const layers = (level: string, count: number) =>
    Array.from({ length: count }, (_, i) => layer(`${level}.layers.${i}`)).flat()
  const specs: (Spec | false)[] = [
    ['embed_tokens.embedding_weight', 'F32', [c.vocab_size, d]],
    c.pos_encodings === 'learned' && ['embed_pos.embedding_weight', 'F32', [positions, d]],
    c.pos_encodings === 'rope' && ['rotary_emb.cos_cached', 'F32', [positions, d / c.num_heads]],
    c.pos_encodings === 'rope' && ['rotary_emb.sin_cached', 'F32', [positions, d / c.num_heads]],
    c.puzzle_emb_len > 0 && ['puzzle_emb.weights', 'F32', [c.num_puzzle_identifiers, c.puzzle_emb_len * d]],
    ['H_init', 'F32', [d]],
    ['L_init', 'F32', [d]],
    ...layers('H_level', c.H_layers),
    ...layers('L_level', c.L_layers),
    ['lm_head.weight', 'F32', [c.output_size, d]],
    ['q_head.weight', 'F32', [c.q_outputs, d]],
    ['q_head.bias', 'F32', [c.q_outputs]],
  ]
  return specs.filter((spec) => spec !== false)
}

/** Of the lists themselves: the reader works it out from their names. */
const longestList = (c: ModelConfig): number =>
  Math.max(0, ...buildGeometry(c, trainedShape(c)).tables.map((t) => t.width))

/** A valid draft with random values: floats within +-1, scales near 1 / (64 * sqrt(in)). */
export function draftOf(config: ModelConfig, seed = 1): Draft {
  const { next } = createRandom(seed)
  const specs = tensorSpecs(config)
  const sizes = specs.map(([, dtype, shape]) => shape.reduce((a, b) => a * b, dtype === 'F32' ? 4 : 1))
  const data = new Uint8Array(sizes.reduce((a, b) => a + b, 0))
  const header: Draft['header'] = {
    __metadata__: {
      'hrm.format': '1',
      'hrm.config': JSON.stringify(config),
      'hrm.card': JSON.stringify({ name: 'tiny' }),
    },
  }
  let at = 0
  specs.forEach(([name, dtype, shape], i) => {
    const into = new DataView(data.buffer, at, sizes[i])
    const scale = name.endsWith('.weight_scale')
    for (let k = 0; k < sizes[i]; k += dtype === 'F32' ? 4 : 1) {
      if (dtype === 'I8') into.setInt8(k, Math.floor(255 * next()) - 127)
      else into.setFloat32(k, scale ? (0.5 + next()) / (64 * Math.sqrt(config.hidden_size)) : 2 * next() - 1, true)
    }
    header[name] = { dtype, shape, data_offsets: [at, at + sizes[i]] }
    at += sizes[i]
  })
  return { header, data }
}

/** Bytes of a draft; of any text as header, and of any header length, where a test wants so. */
export function writeFile(
  { header, data }: Draft,
  text = JSON.stringify(header),
  length?: bigint,
): Uint8Array<ArrayBuffer> {
  return writeRaw(new TextEncoder().encode(text), data, length)
}

export function writeRaw(
  header: Uint8Array,
  data: Uint8Array,
  length = BigInt(header.length),
): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(8 + header.length + data.length)
  new DataView(file.buffer).setBigUint64(0, length, true)
  file.set(header, 8)
  file.set(data, 8 + header.length)
  return file
}

export const tinyFile = (config: ModelConfig, seed = 1): Uint8Array<ArrayBuffer> => writeFile(draftOf(config, seed))

export const tinyModel = (config: ModelConfig, seed = 1): Model => readModel(tinyFile(config, seed))

/** Writes one float of a tensor in place. */
export function setFloat({ header, data }: Draft, name: string, index: number, value: number): void {
  new DataView(data.buffer).setFloat32(header[name].data_offsets[0] + 4 * index, value, true)
}

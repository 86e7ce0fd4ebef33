import { HrmError } from '../errors.ts'
import { longestList, trainedShape } from '../tasks/lists.ts'
import type { ModelConfig } from './config.ts'
import { parseCard, parseConfig } from './config-schema.ts'
import type { Int8Matrix, Layer, Model } from './model.ts'
import { type Container, parseContainer } from './safetensors.ts'

/** Bound of every float in a file; keeps all arithmetic finite (docs/numerics.md, last section). */
const MAX_FLOAT = 65504

/** Rotary tables hold cosines and sines. */
const MAX_ROPE = 1

const METADATA_KEYS = new Set(['hrm.format', 'hrm.config', 'hrm.card'])

/**
 * Reads a weights file (docs/format.md), refusing everything that is not exactly that.
 * @throws HrmError `weights_*`
 */
export function readModel(file: Uint8Array): Model {
  const container = parseContainer(file)
  const { metadata } = container
  if (metadata['hrm.format'] !== '1') {
    throw new HrmError(
      'weights_format',
      `hrm.format is ${JSON.stringify(metadata['hrm.format'])}, this reader knows "1"`,
    )
  }
  const extra = Object.keys(metadata).find((key) => !METADATA_KEYS.has(key))
  if (extra !== undefined) throw new HrmError('weights_format', `unknown metadata key ${JSON.stringify(extra)}`)
  const config = parseConfig(metadata['hrm.config'])
  const card = parseCard(metadata['hrm.card'])
  return { config, card, bytes: file.byteLength, ...takeTensors(new Tensors(file, container), config) }
}

type TensorFields = Omit<Model, 'config' | 'card' | 'bytes'>

function takeTensors(tensors: Tensors, c: ModelConfig): TensorFields {
  const d = c.hidden_size
  const positions = c.puzzle_emb_len + c.seq_len
  const layers = (level: 'H_level' | 'L_level', count: number): Layer[] =>
    Array.from({ length: count }, (_, i) => takeLayer(tensors, `${level}.layers.${i}`, c))
  const rope = (name: string) => tensors.floats(`rotary_emb.${name}_cached`, [positions, d / c.num_heads], MAX_ROPE)
  const fields: TensorFields = {
    H: layers('H_level', c.H_layers),
    L: layers('L_level', c.L_layers),
    embedTokens: tensors.floats('embed_tokens.embedding_weight', [c.vocab_size, d]),
    embedPos: c.pos_encodings === 'learned' ? tensors.floats('embed_pos.embedding_weight', [positions, d]) : undefined,
    rope: c.pos_encodings === 'rope' ? { cos: rope('cos'), sin: rope('sin') } : undefined,
    puzzleEmb:
      c.puzzle_emb_len > 0
        ? tensors.floats('puzzle_emb.weights', [c.num_puzzle_identifiers, c.puzzle_emb_len * d])
        : undefined,
    hInit: tensors.floats('H_init', [d]),
    lInit: tensors.floats('L_init', [d]),
    lmHead: tensors.floats('lm_head.weight', [c.output_size, d]),
    qHead: {
      weight: tensors.floats('q_head.weight', [c.q_outputs, d]),
      bias: tensors.floats('q_head.bias', [c.q_outputs]),
    },
  }
  tensors.refuseRest()
  return fields
}

function takeLayer(tensors: Tensors, name: string, c: ModelConfig): Layer {
  const d = c.hidden_size
  return {
    qkv: tensors.matrix(`${name}.self_attn.qkv_proj`, 3 * d, d),
    o: tensors.matrix(`${name}.self_attn.o_proj`, d, d),
    gateUp: tensors.matrix(`${name}.mlp.gate_up_proj`, 2 * c.intermediate_size, d),
    down: tensors.matrix(`${name}.mlp.down_proj`, d, c.intermediate_size),
    listBias: c.list_bias
      ? tensors.floats(`${name}.self_attn.list_bias`, [c.num_heads, longestList(c, trainedShape(c))])
      : undefined,
  }
}

/** Hands tensors out by name, checked, and remembers which are left. */
class Tensors {
  readonly #file: Uint8Array
  readonly #container: Container
  readonly #left: Set<string>

  constructor(file: Uint8Array, container: Container) {
    this.#file = file
    this.#container = container
    this.#left = new Set(container.tensors.keys())
  }

  #take(name: string, dtype: 'F32' | 'I8', shape: readonly number[]): ArrayBuffer {
    const entry = this.#container.tensors.get(name)
    if (!entry) throw new HrmError('weights_missing', `no tensor ${name}`)
    if (entry.dtype !== dtype) throw new HrmError('weights_dtype', `${name} is ${entry.dtype}, not ${dtype}`)
    if (entry.shape.length !== shape.length || shape.some((size, i) => size !== entry.shape[i])) {
      throw new HrmError('weights_shape', `${name} is [${entry.shape}], the config needs [${shape}]`)
    }
    this.#left.delete(name)
    // A copy: the data need not be aligned in the file, and the caller may change the file's buffer later.
    // (Not file.slice: Node's Buffer overrides it with one that does not copy.)
    return new Uint8Array(this.#file.subarray(entry.begin, entry.end)).buffer
  }

  floats(name: string, shape: readonly number[], limit = MAX_FLOAT): Float32Array {
    const values = littleEndianFloats(this.#take(name, 'F32', shape))
    const bad = values.findIndex((v) => !(Math.abs(v) <= limit))
    if (bad >= 0) throw new HrmError('weights_value', `${name}[${bad}] is ${values[bad]}, not within +-${limit}`)
    return values
  }

  matrix(name: string, rows: number, cols: number): Int8Matrix {
    const data = new Int8Array(this.#take(`${name}.weight`, 'I8', [rows, cols]))
    const scale = littleEndianFloats(this.#take(`${name}.weight_scale`, 'F32', [rows]))
    const bad = scale.findIndex((v) => !(v >= 0 && v <= MAX_FLOAT))
    if (bad >= 0) {
      throw new HrmError('weights_scale', `${name}.weight_scale[${bad}] is ${scale[bad]}, not within 0..${MAX_FLOAT}`)
    }
    return { rows, cols, data, scale }
  }

  refuseRest(): void {
    for (const name of this.#left) throw new HrmError('weights_unknown', `tensor ${name} is not part of this model`)
  }
}

/** The file is little-endian; so is every machine with WebAssembly, but a view would say nothing on another. */
function littleEndianFloats(buffer: ArrayBuffer): Float32Array {
  const view = new DataView(buffer)
  return Float32Array.from({ length: buffer.byteLength / 4 }, (_, i) => view.getFloat32(4 * i, true))
}

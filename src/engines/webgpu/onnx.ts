import { Message } from './protobuf.ts'

/** Element types of onnx.proto, `TensorProto.DataType`. */
const DATA_TYPE = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7 } as const
export type ElementType = keyof typeof DATA_TYPE

/** A node's attribute; an integer number array is written as ints. */
export type Attribute = number | { float: number } | readonly number[] | string

export type Dimension = number | string

interface Node {
  op: string
  inputs: readonly string[]
  outputs: readonly string[]
  attributes: Record<string, Attribute>
  domain: string
}

/** ONNX Runtime's own operators (MatMulNBits, QuickGelu, ...) live here. */
export const MICROSOFT = 'com.microsoft'

const OPSET = 21
/** IR version 10 goes with opset 21. */
const IR_VERSION = 10

/**
 * Builds an ONNX model, one node after another; every tensor is known by its name.
 * Field numbers are those of onnx.proto.
 */
export class Graph {
  #graph = new Message()
  #nodes: Node[] = []
  #outputs = new Map<string, string>()
  #names = 0

  #unique(hint: string): string {
    return `${hint}_${this.#names++}`
  }

  /** A dimension that is a string is free: it may differ from run to run. */
  input(name: string, type: ElementType, dims: readonly Dimension[]): string {
    this.#graph.message(11, valueInfo(name, type, dims))
    return name
  }

  /** Makes a tensor that a node computes an output of the graph, under this name. */
  output(name: string, tensor: string, type: ElementType, dims: readonly Dimension[]): void {
    this.#outputs.set(tensor, name)
    this.#graph.message(12, valueInfo(name, type, dims))
  }

  constant(type: ElementType, dims: readonly number[], data: ArrayBufferView): string {
    const name = this.#unique('c')
    const tensor = new Message()
    for (const dim of dims) tensor.int(1, dim)
    tensor.int(2, DATA_TYPE[type]).text(8, name)
    tensor.bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    this.#graph.message(5, tensor)
    return name
  }

  floats(dims: readonly number[], values: Float32Array | readonly number[]): string {
    return this.constant('float32', dims, values instanceof Float32Array ? values : Float32Array.from(values))
  }

  ints(dims: readonly number[], values: Iterable<number>): string {
    return this.constant('int64', dims, BigInt64Array.from(values, BigInt))
  }

  /** A node with one output, whose name comes back; an input of `''` is one left out. */
  node(op: string, inputs: readonly string[], attributes: Record<string, Attribute> = {}, domain = ''): string {
    return this.nodes(op, inputs, 1, attributes, domain)[0]
  }

  nodes(
    op: string,
    inputs: readonly string[],
    outputs: number,
    attributes: Record<string, Attribute> = {},
    domain = '',
  ): string[] {
    const names = Array.from({ length: outputs }, () => this.#unique(op))
    this.#nodes.push({ op, inputs, outputs: names, attributes, domain })
    return names
  }

  finish(): Uint8Array {
    const final = (name: string) => this.#outputs.get(name) ?? name
    for (const { op, inputs, outputs, attributes, domain } of this.#nodes) {
      const node = new Message()
      for (const name of inputs) node.text(1, final(name))
      for (const name of outputs) node.text(2, final(name))
      node.text(4, op)
      for (const [name, value] of Object.entries(attributes)) node.message(5, attribute(name, value))
      if (domain) node.text(7, domain)
      this.#graph.message(1, node)
    }
    const opset = (domain: string, version: number) => new Message().text(1, domain).int(2, version)
    return new Message()
      .int(1, IR_VERSION)
      .message(7, this.#graph.text(2, 'hrm_act_step'))
      .message(8, opset('', OPSET))
      .message(8, opset(MICROSOFT, 1))
      .finish()
  }
}

function valueInfo(name: string, type: ElementType, dims: readonly Dimension[]): Message {
  const shape = new Message()
  for (const dim of dims) {
    shape.message(1, typeof dim === 'string' ? new Message().text(2, dim) : new Message().int(1, dim))
  }
  const tensor = new Message().int(1, DATA_TYPE[type]).message(2, shape)
  return new Message().text(1, name).message(2, new Message().message(1, tensor))
}

/** Last field: `AttributeProto.AttributeType`, 1 float, 2 int, 3 string, 7 ints. */
function attribute(name: string, value: Attribute): Message {
  const message = new Message().text(1, name)
  if (typeof value === 'number') return message.int(3, value).int(20, 2)
  if (typeof value === 'string') return message.text(4, value).int(20, 3)
  if ('float' in value) return message.float(2, value.float).int(20, 1)
  for (const item of value) message.int(8, item)
  return message.int(20, 7)
}

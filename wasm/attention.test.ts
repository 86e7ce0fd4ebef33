import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import type { AttentionTable } from '../src/engines/engine.ts'
import { findGroups } from '../src/engines/groups.ts'
import { attention } from '../src/engines/reference/layer.ts'
import { attentionScratch } from '../src/engines/wasm/layout.ts'
import { type PackedList, packAnyLists, packGroups, roundUp } from '../src/engines/wasm/lists.ts'
import { createRandom } from '../src/numerics/random.ts'
import { expectSameBits } from '../tests/helpers/bits.ts'
import * as D from './assembly/descriptor.ts'
import { BUILDS, loadTestKernels, TestMemory } from './test-memory.ts'

interface Case {
  tokens: number
  heads: number
  dim: number
  seed: number
  /** Size of q, k and v: large ones bring scores far apart. */
  size: number
  withBias: boolean
}

const shape = {
  heads: fc.integer({ min: 1, max: 3 }),
  dim: fc.constantFrom(4, 8, 12, 16, 20, 32, 64, 68),
  seed: fc.nat(1e6),
  size: fc.constantFrom(0.01, 1, 10),
  withBias: fc.boolean(),
}

/** q|k|v of a board in memory, and the descriptor that leads to it. */
function prepare(memory: TestMemory, c: Case, scratchBytes: number) {
  const hidden = c.heads * c.dim
  const { next } = createRandom(c.seed)
  const qkv = Float32Array.from({ length: c.tokens * 3 * hidden }, () => c.size * (2 * next() - 1))
  const columns = roundUp(3 * hidden, 8)
  const rows = roundUp(c.tokens, 4)
  const padded = new Float32Array(rows * columns)
  for (let t = 0; t < c.tokens; t++) padded.set(qkv.subarray(t * 3 * hidden, (t + 1) * 3 * hidden), t * columns)
  const at = memory.put(padded)
  const descriptor = new Int32Array(D.DESCRIPTOR_BYTES / 4)
  descriptor[D.TOKENS / 4] = c.tokens
  descriptor[D.HEAD_DIM / 4] = c.dim
  descriptor[D.HIDDEN / 4] = hidden
  descriptor[D.QKV / 4] = at
  descriptor[D.QKV_STRIDE / 4] = 4 * columns
  descriptor[D.SCRATCH / 4] = memory.take(scratchBytes)
  new Float32Array(descriptor.buffer)[D.ATTENTION_SCALE_F32 / 4] = 1 / Math.sqrt(c.dim)
  /** The output where q was; k, v and the rows added have to be as they were. */
  const output = (): Float32Array => {
    const after = memory.floats(at, padded.length)
    const out = new Float32Array(c.tokens * hidden)
    for (let t = 0; t < rows; t++) {
      const row = after.subarray(t * columns, (t + 1) * columns)
      if (t < c.tokens) out.set(row.subarray(0, hidden), t * hidden)
      else expectSameBits(row.subarray(0, hidden), new Float32Array(hidden), `row ${t} beyond the tokens`)
      expectSameBits(row.subarray(hidden), padded.subarray(t * columns + hidden, (t + 1) * columns), `k, v of row ${t}`)
    }
    return out
  }
  return {
    descriptor: memory.constant(descriptor),
    rowBytes: 4 * columns,
    qkv: { cols: 3 * hidden, data: qkv },
    output,
  }
}

function putList(memory: TestMemory, list: PackedList): number {
  const record = new Int32Array(D.LIST_BYTES / 4)
  record[D.LIST_QUADS / 4] = list.quads
  record[D.LIST_WIDTH / 4] = list.width
  record[D.LIST_PADDED / 4] = list.padded
  record[D.LIST_OFFSETS / 4] = memory.constant(list.offsets)
  record[D.LIST_PENALTY / 4] = memory.constant(list.penalty)
  return memory.constant(record)
}

const biasOf = (c: Case, width: number): Float32Array | undefined => {
  const { next } = createRandom(c.seed + 1)
  return c.withBias ? Float32Array.from({ length: c.heads * width }, () => 4 * next() - 2) : undefined
}

/** Runs every head of list attention with one packed table a head. */
function runLists(c: Case, pack: (head: number, rowBytes: number) => PackedList, build: (typeof BUILDS)[number]) {
  const memory = new TestMemory(build)
  const scratch = attentionScratch(
    Array.from({ length: c.heads }, (_, h) => pack(h, 0)),
    roundUp(c.tokens, 4),
    c.dim,
  )
  const { descriptor, rowBytes, output } = prepare(memory, c, scratch)
  for (let h = 0; h < c.heads; h++) {
    const list = pack(h, rowBytes)
    const bias = biasOf(c, list.width)?.subarray(h * list.width, (h + 1) * list.width)
    const biasAt = bias ? memory.constant(Float32Array.from({ length: list.padded }, (_, j) => bias[j] ?? 9)) : 0
    const run = list.quads ? memory.kernels.attendGroups : memory.kernels.attendLists
    run(descriptor, h, putList(memory, list), biasAt)
  }
  memory.check()
  return output()
}

beforeAll(loadTestKernels)

describe.each(BUILDS)('attention, %s', (build) => {
  const inputOf = (c: Case) => prepare(new TestMemory(build), c, 0).qkv

  it('over any lists, with entries missing', () => {
    const cases = fc.record({
      ...shape,
      tokens: fc.integer({ min: 1, max: 12 }),
      width: fc.integer({ min: 1, max: 10 }),
      missing: fc.constantFrom(0, 0.3, 1),
    })
    fc.assert(
      fc.property(cases, ({ width, missing, ...c }) => {
        const { next } = createRandom(c.seed + 2)
        const tables: AttentionTable[] = Array.from({ length: c.heads }, () => ({
          width,
          indices: Int32Array.from({ length: c.tokens * width }, () =>
            next() < missing ? -1 : Math.floor(next() * c.tokens),
          ),
        }))
        const got = runLists(c, (h, rowBytes) => packAnyLists(tables[h], c.tokens, rowBytes), build)
        expectSameBits(got, attention(inputOf(c), c.heads, tables, biasOf(c, width)).data, 'output')
      }),
      { numRuns: 250, seed: 7 },
    )
  })

  it('over groups, as over any lists', () => {
    const cases = fc.record({
      ...shape,
      width: fc.integer({ min: 1, max: 10 }),
      groups: fc.integer({ min: 1, max: 6 }),
    })
    fc.assert(
      fc.property(cases, ({ width, groups, ...rest }) => {
        const c = { ...rest, tokens: width * groups }
        const tables = Array.from({ length: c.heads }, (_, h) => groupTable(width, groups, c.seed + h))
        const byGroups = (h: number, rowBytes: number) => packGroups(findGroups(tables[h], c.tokens)!, width, rowBytes)
        const byLists = (h: number, rowBytes: number) => packAnyLists(tables[h], c.tokens, rowBytes)
        const want = attention(inputOf(c), c.heads, tables, biasOf(c, width)).data
        expectSameBits(runLists(c, byGroups, build), want, 'groups')
        expectSameBits(runLists(c, byLists, build), want, 'lists')
      }),
      { numRuns: 200, seed: 8 },
    )
  })

  it.each([9, 16, 32])('over groups of %i', (width) => {
    const c = { heads: 1, dim: 8, seed: width, size: 3, withBias: true, tokens: 5 * width }
    const table = groupTable(width, 5, width)
    const got = runLists(c, (_, rowBytes) => packGroups(findGroups(table, c.tokens)!, width, rowBytes), build)
    expectSameBits(got, attention(inputOf(c), 1, [table], biasOf(c, width)).data, 'output')
  })

  it('over all tokens', () => {
    const cases = fc.record({ ...shape, tokens: fc.integer({ min: 1, max: 21 }) })
    fc.assert(
      fc.property(cases, (c) => {
        const memory = new TestMemory(build)
        const { descriptor, qkv, output } = prepare(memory, c, attentionScratch([], roundUp(c.tokens, 4), c.dim))
        for (let h = 0; h < c.heads; h++) memory.kernels.attendAll(descriptor, h)
        memory.check()
        expectSameBits(output(), attention(qkv, c.heads, [], undefined).data, 'output')
      }),
      { numRuns: 250, seed: 9 },
    )
  })

  it('over lists of nothing is 0', () => {
    const c = { heads: 2, dim: 8, seed: 1, size: 1, withBias: false, tokens: 5 }
    const table = { width: 3, indices: new Int32Array(15).fill(-1) }
    const got = runLists(c, (_, rowBytes) => packAnyLists(table, c.tokens, rowBytes), build)
    expect(got.every((v) => Object.is(v, 0))).toBe(true)
  })
})

/** A table whose lists divide the tokens into groups at random. */
function groupTable(width: number, groups: number, seed: number): AttentionTable {
  const { next } = createRandom(seed)
  const order = Array.from({ length: width * groups }, (_, i) => ({ i, key: next() }))
    .sort((a, b) => a.key - b.key)
    .map(({ i }) => i)
  const indices = new Int32Array(width * groups * width)
  order.forEach((token, at) => {
    const first = Math.floor(at / width) * width
    indices.set(order.slice(first, first + width), token * width)
  })
  return { width, indices }
}

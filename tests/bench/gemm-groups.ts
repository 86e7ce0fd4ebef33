import { localSide, type Side } from '../../src/bench/timing.ts'
import { createRandom } from '../../src/numerics/random.ts'
import type { Int8Matrix } from '../../src/weights/model.ts'
import { relativeError, TOLERANCE } from './agreement.ts'
import type { Group, OpenGroup } from './groups.ts'
import type { LinearKind } from './linear-graph.ts'
import { createOrtGemm, type GemmShape } from './ort-gemm.ts'
import type { OrtModule } from './ort-step.ts'

/** Our product alone: rows quantised, then multiplied, as inside an ACT step. */
export type CreateOurGemm = (
  shape: GemmShape,
  weights: Int8Matrix,
  x: Float32Array,
) => Promise<{ run(): void; y(): Float32Array }>

/** The two that the report has room for; for ACT steps every kind is tried. */
const KINDS = ['f32', 'int8'] as const

/** Products of the shipped model (729 tokens, hidden 64), of the official shape (82 tokens, 512), and a square. */
const SHAPES: readonly GemmShape[] = [
  { m: 729, k: 64, n: 192 },
  { m: 729, k: 64, n: 384 },
  { m: 82, k: 512, n: 1536 },
  { m: 82, k: 512, n: 3072 },
  { m: 82, k: 1536, n: 512 },
  { m: 512, k: 512, n: 512 },
]

export function gemmGroups(
  ort: OrtModule | undefined,
  kinds: readonly LinearKind[],
  createOurs: CreateOurGemm,
): Group[] {
  return SHAPES.map((shape) => ({
    kind: 'gemm' as const,
    label: `${shape.m}x${shape.k}x${shape.n}`,
    batch: 1,
    /** Multiplications and additions of one run. */
    operations: 2 * shape.m * shape.k * shape.n,
    open: () => openGemm(shape, ort, kinds, createOurs),
  }))
}

async function openGemm(
  shape: GemmShape,
  ort: OrtModule | undefined,
  kinds: readonly LinearKind[],
  createOurs: CreateOurGemm,
): Promise<OpenGroup> {
  const random = createRandom(1)
  const x = Float32Array.from({ length: shape.m * shape.k }, () => 2 * random.next() - 1)
  const weights: Int8Matrix = {
    rows: shape.n,
    cols: shape.k,
    data: Int8Array.from({ length: shape.k * shape.n }, () => Math.round(254 * random.next()) - 127),
    scale: Float32Array.from({ length: shape.n }, () => 1 / 127 / Math.sqrt(shape.k)),
  }
  const ours = await createOurs(shape, weights, x)
  ours.run()
  const sides: Side[] = [localSide('ours', ours.run)]
  const notes: string[] = []
  const releases: (() => Promise<void>)[] = []
  for (const kind of ort ? KINDS.filter((kind) => kinds.includes(kind)) : []) {
    const theirs = await createOrtGemm(ort!, shape, kind, weights, x)
    await theirs.run()
    const error = relativeError(theirs.y(), ours.y())
    if (!(error <= TOLERANCE.product)) throw new Error(`${kind} product differs from ours by ${error}`)
    sides.push(localSide(kind, theirs.run))
    releases.push(theirs.release)
  }
  return {
    sides,
    notes,
    async close() {
      for (const release of releases) await release()
    },
  }
}

import type { ModelInfo } from '../solve/types.ts'
import type { LoadedModel } from './load-model.ts'
import type { Layer, Model } from './model.ts'

/** What people are shown of a model: their own copy, for what they write into it must not change what is computed. */
export function describeModel({ model, sha256 }: LoadedModel): ModelInfo {
  const { card, config, bytes } = model
  const copies = structuredClone({ config, card })
  return { name: card.name, parameters: countParameters(model), bytes, sha256, ...copies }
}

/** Trained numbers: scales, initial states and position tables are not. */
function countParameters(model: Model): number {
  const ofLayer = ({ qkv, o, gateUp, down, listBias }: Layer) =>
    [qkv, o, gateUp, down].reduce((sum, m) => sum + m.data.length, listBias?.length ?? 0)
  const floats = [
    model.embedTokens,
    model.embedPos,
    model.puzzleEmb,
    model.lmHead,
    model.qHead.weight,
    model.qHead.bias,
  ]
  return (
    [...model.H, ...model.L].reduce((sum, layer) => sum + ofLayer(layer), 0) +
    floats.reduce((sum, tensor) => sum + (tensor?.length ?? 0), 0)
  )
}

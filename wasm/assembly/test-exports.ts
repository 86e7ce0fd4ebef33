// Every kernel by itself, for the unit tests and the profile: never in a release build.
export { attendAll } from './attention-full'
export { attendGroups } from './attention-groups'
export { attendLists } from './attention-lists'
export { attend } from './block'
export { finishExp, reduceMinus } from './exp'
export { gemm } from './gemm'
export { writeHalting, writeLogits } from './heads'
export { injectQuantise, rms, rmsQuantise } from './norm'
export { quantise } from './quantise'
export { rotateRow } from './rope'
export { cycle } from './cycle'
export { swigluQuantise } from './swiglu'

import { splat } from './constants'
import { reduceBelow as reduceBelowVector } from './exp'

/** reduceBelow with the maximum in memory, because v128 does not cross into JavaScript. */
export function reduceBelow(x: usize, bytes: usize, max: usize, reduced: usize): void {
  reduceBelowVector(x, bytes, splat(max), reduced)
}

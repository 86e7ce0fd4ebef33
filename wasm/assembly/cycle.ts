// One H cycle of one board: docs/numerics.md, "One ACT step".
import { afterAttention, attend, enterModule } from './block'
import {
  H_LAYERS,
  H_RECORDS,
  L_CYCLES,
  L_LAYERS,
  L_RECORDS,
  LAYER_BYTES,
  SLOT_LOGITS,
  SLOT_Q,
  SLOT_X,
  SLOT_ZL,
} from './descriptor'
import { writeHalting, writeLogits } from './heads'

/**
 * Runs the L module `L_cycles` times, the H module once, and the heads. Allocates nothing.
 * @param d descriptor
 * @param zH address of a slot
 */
export function cycle(d: usize, zH: usize): void {
  const zL = zH + load<usize>(d, SLOT_ZL)
  const x = zH + load<usize>(d, SLOT_X)
  for (let l = load<i32>(d, L_CYCLES); l > 0; l--) {
    runModule(d, load<usize>(d, L_RECORDS), load<i32>(d, L_LAYERS), zL, zH, x)
  }
  runModule(d, load<usize>(d, H_RECORDS), load<i32>(d, H_LAYERS), zH, zL, 0)
  writeLogits(d, zH, zH + load<usize>(d, SLOT_LOGITS))
  writeHalting(d, zH, zH + load<usize>(d, SLOT_Q))
}

/** z = layers(z + (a + b)), or layers(z + a) where b is 0. */
function runModule(d: usize, layer: usize, layers: i32, z: usize, a: usize, b: usize): void {
  enterModule(d, layer, z, a, b)
  for (; layers > 0; layers--) {
    attend(d, layer)
    const next = layers > 1 ? layer + LAYER_BYTES : 0
    afterAttention(d, layer, next, z)
    layer = next
  }
}

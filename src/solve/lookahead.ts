import { CONFIDENT } from './reading.ts'

/**
 * How many further places a tentative given would decide at once, by the model's own beliefs: cells that are left with
 * one likely symbol, and units that are left with one likely place for a symbol that the cell no longer takes.
 * @param beliefs `[cells][symbols]`
 * @param decided symbol of every decided cell, 1-based; 0 elsewhere
 * @param units the units that `cell` belongs to
 * @param symbol 1-based
 */
export function countConsequences(
  beliefs: Float32Array,
  symbols: number,
  decided: Uint8Array,
  units: readonly (readonly number[])[],
  cell: number,
  symbol: number,
): number {
  let count = 0
  for (const unit of units) {
    for (const peer of unit) {
      if (peer !== cell && decided[peer] === 0 && decidesCell(beliefs, symbols, peer, symbol)) count++
    }
    for (let s = 1; s <= symbols; s++) {
      if (s === symbol || beliefs[cell * symbols + s - 1] < 1 - CONFIDENT) continue
      if (decidesPlace(beliefs, symbols, decided, unit, cell, s)) count++
    }
  }
  return count
}

/** Whether `peer` is left with one likely symbol once it cannot take this one, which it well might have. */
function decidesCell(beliefs: Float32Array, symbols: number, peer: number, symbol: number): boolean {
  const gone = beliefs[peer * symbols + symbol - 1]
  if (gone <= 1 - CONFIDENT) return false
  let best = 0
  for (let s = 1; s <= symbols; s++) if (s !== symbol) best = Math.max(best, beliefs[peer * symbols + s - 1])
  return best >= CONFIDENT * (1 - gone)
}

/** Whether the unit is left with one likely place for `s` once `cell` does not take it. */
function decidesPlace(
  beliefs: Float32Array,
  symbols: number,
  decided: Uint8Array,
  unit: readonly number[],
  cell: number,
  s: number,
): boolean {
  let mass = 0
  let best = 0
  let place = cell
  for (const other of unit) {
    if (other === cell) continue
    const belief = beliefs[other * symbols + s - 1]
    mass += belief
    if (belief > best) {
      best = belief
      place = other
    }
  }
  return best > 0 && decided[place] === 0 && best >= CONFIDENT * mass
}

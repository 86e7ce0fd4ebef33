// Work across the lanes of vectors. "Across" reduces four vectors to one, lane i from argument i: six shuffles for four
// results, where one vector at a time needs two shuffles for each.

/** hsum4 of each argument: (x[0] + x[2]) + (x[1] + x[3]). */
@inline
export function sumAcross(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(firstHalves(a, b), secondHalves(a, b))
  const cd = f32x4.add(firstHalves(c, d), secondHalves(c, d))
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 2, 4, 6), v128.shuffle<f32>(ab, cd, 1, 3, 5, 7))
}

/** Largest lane of each argument. No NaN: `pmax` is one instruction on x64, `max` is seven. */
@inline
export function maxAcross(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.pmax(firstHalves(a, b), secondHalves(a, b))
  const cd = f32x4.pmax(firstHalves(c, d), secondHalves(c, d))
  return f32x4.pmax(v128.shuffle<f32>(ab, cd, 0, 2, 4, 6), v128.shuffle<f32>(ab, cd, 1, 3, 5, 7))
}

/** hsum4 in every lane. */
@inline
export function sumSplat(a: v128): v128 {
  const pairs = f32x4.add(a, v128.shuffle<f32>(a, a, 2, 3, 0, 1))
  return f32x4.add(pairs, v128.shuffle<f32>(pairs, pairs, 1, 0, 3, 2))
}

/** Largest lane in every lane. */
@inline
export function maxSplat(a: v128): v128 {
  const pairs = f32x4.pmax(a, v128.shuffle<f32>(a, a, 2, 3, 0, 1))
  return f32x4.pmax(pairs, v128.shuffle<f32>(pairs, pairs, 1, 0, 3, 2))
}

@inline
export function lane0(a: v128): v128 {
  return v128.shuffle<f32>(a, a, 0, 0, 0, 0)
}

@inline
export function lane1(a: v128): v128 {
  return v128.shuffle<f32>(a, a, 1, 1, 1, 1)
}

@inline
export function lane2(a: v128): v128 {
  return v128.shuffle<f32>(a, a, 2, 2, 2, 2)
}

@inline
export function lane3(a: v128): v128 {
  return v128.shuffle<f32>(a, a, 3, 3, 3, 3)
}

/** First lanes of both, in turns. */
@inline
export function zipLow(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 0, 4, 1, 5)
}

/** Last lanes of both, in turns. */
@inline
export function zipHigh(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 2, 6, 3, 7)
}

/** First halves of both. */
@inline
export function firstHalves(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 0, 1, 4, 5)
}

/** Second halves of both. */
@inline
export function secondHalves(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 2, 3, 6, 7)
}

/** Transposes four rows of four lanes and stores the rows that result. */
@inline
export function transposeTo(a: v128, b: v128, c: v128, d: v128, r0: usize, r1: usize, r2: usize, r3: usize): void {
  const abLow = zipLow(a, b)
  const abHigh = zipHigh(a, b)
  const cdLow = zipLow(c, d)
  const cdHigh = zipHigh(c, d)
  v128.store(r0, firstHalves(abLow, cdLow))
  v128.store(r1, secondHalves(abLow, cdLow))
  v128.store(r2, firstHalves(abHigh, cdHigh))
  v128.store(r3, secondHalves(abHigh, cdHigh))
}

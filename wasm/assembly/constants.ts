// Constants of docs/numerics.md kept in memory: V8 builds a v128 constant that stands in code anew at every use (three
// instructions), one that was loaded stays in a register.

const TABLE = memory.data<f32>(
  [
    1.4426950216293335, // LOG2E: 1 / ln 2
    12582912, // MAGIC
    0.693359375, // LN2_HI
    -0.00021219444170128554, // LN2_LO
    0.499992311000824, // C2
    0.16667114198207855, // C3
    0.041890159249305725, // C4
    0.008312520571053028, // C5
    1, // ONE
    -87, // EXP_MIN
    87, // -EXP_MIN
    -88, // -EXP_MAX
    63, // Q_MAX
    7.888609052210118e-31, // AMAX_MIN: 2^-100
    12582976, // MAGIC_64
    -Infinity, // MINUS_INFINITY
    -0.693359375, // MINUS_LN2_HI
  ],
  16,
)

const MASKS = memory.data<i32>([0x7fffffff, 0xff, 0x00010001], 16)

export const LOG2E: usize = TABLE
/** 1.5 * 2^23: adding it leaves the nearest integer, half to even, in the low bits of the float. */
export const MAGIC: usize = TABLE + 4
export const LN2_HI: usize = TABLE + 8
export const LN2_LO: usize = TABLE + 12
export const C2: usize = TABLE + 16
export const C3: usize = TABLE + 20
export const C4: usize = TABLE + 24
export const C5: usize = TABLE + 28
export const ONE: usize = TABLE + 32
export const EXP_MIN: usize = TABLE + 36
export const MINUS_EXP_MIN: usize = TABLE + 40
export const MINUS_EXP_MAX: usize = TABLE + 44
export const Q_MAX: usize = TABLE + 48
export const AMAX_MIN: usize = TABLE + 52
/** MAGIC + 64 */
export const MAGIC_64: usize = TABLE + 56
export const MINUS_INFINITY: usize = TABLE + 60
export const MINUS_LN2_HI: usize = TABLE + 64
/** All bits of a float but the sign. What is left of floats is ordered as integers are, and that unit is idler. */
export const ABS_MASK: usize = MASKS
export const BYTE_MASK: usize = MASKS + 4
/** Two i16 ones. */
export const ONES_I16: usize = MASKS + 8

@inline
export function splat(constant: usize): v128 {
  return v128.load32_splat(constant)
}

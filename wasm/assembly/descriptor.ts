// Byte offsets inside the descriptor that the host writes, shared by the kernels and by src/engines/wasm. Plain
// constants, because this file is both AssemblyScript and TypeScript. Every field is 4 bytes: i32 counts, i32 pointers
// (absolute addresses in the one linear memory), or f32 where the name says so.

/** Rows of one slot: tokens with the prefix, rounded up to a multiple of 4. The rows added are zero and stay zero. */
export const ROWS = 0
/** Tokens with the prefix. */
export const TOKENS = 4
export const PREFIX = 8
export const HIDDEN = 12
/** Bytes from row to row of z_H, z_L and x. */
export const Z_STRIDE = 16
export const HEADS = 20
export const HEAD_DIM = 24
/** Bytes from row to row of q|k|v. */
export const QKV_STRIDE = 28
export const INTER = 32
/** Bytes from row to row of gate|up. */
export const GATE_UP_STRIDE = 36
export const H_LAYERS = 40
export const L_LAYERS = 44
export const L_CYCLES = 48
export const OUTPUTS = 52
export const Q_OUTPUTS = 56
/** 1: the halting head reads the mean over tokens; 0: the first token. */
export const POOL_MEAN = 60
/** Rows that travel through a layer's matrices together, a multiple of 4. */
export const BLOCK_ROWS = 64
/** 1: the relaxed build multiplies with `pair` instead of `dot` (gemm.ts). */
export const PAIR_KERNEL = 68
export const EPS_F32 = 72
export const ATTENTION_SCALE_F32 = 76
/** Head records, or 0 for full attention. */
export const HEAD_LISTS = 80
export const H_RECORDS = 84
export const L_RECORDS = 88
/** [rows][q | k | v]; attention writes its output over q. */
export const QKV = 92
/** Packed activations of one block of rows. */
export const PACKED = 96
/** Row scales of one block of rows. */
export const ROW_SCALES = 100
/** [block rows][gate | up]; SwiGLU writes its output over gate. */
export const GATE_UP = 104
/** Scratch of whichever kernel runs; what it keeps there, it says. */
export const SCRATCH = 108
export const LM_HEAD = 112
export const Q_HEAD = 116
export const Q_BIAS = 120
/** [tokens][head_dim] each, or 0 for no RoPE, which needs a head_dim that is a multiple of 8. */
export const ROPE_COS = 124
export const ROPE_SIN = 128
/** Scratch row of the halting head. */
export const POOL = 132
// Offsets inside a slot; z_H stands at 0.
export const SLOT_ZL = 136
export const SLOT_X = 140
export const SLOT_LOGITS = 144
export const SLOT_Q = 148
/** Factors of the rows of one block, 32 bytes for four rows. */
export const FACTORS = 152
export const DESCRIPTOR_BYTES = 156

// Layer record: five pointers.
export const LAYER_QKV = 0
export const LAYER_O = 4
export const LAYER_GATE_UP = 8
export const LAYER_DOWN = 12
/** [heads][widest list, rounded up to 4] or 0. */
export const LAYER_BIAS = 16
export const LAYER_BYTES = 20

// Head record.
/** 0: any lists, attention-lists.ts. Else lists that are groups, four of them a quad: attention-groups.ts. */
export const LIST_QUADS = 0
/** Entries of one list. */
export const LIST_WIDTH = 4
/** Entries rounded up to a multiple of 4: what the tables hold per list, where the lists are no groups. */
export const LIST_PADDED = 8
/**
 * i32, byte offsets of rows in q|k|v. Any lists: [tokens][padded], missing entries repeat the token's own row.
 * Groups: [quads][width][4], the last quad filled up with its last group.
 */
export const LIST_OFFSETS = 12
/** f32 [tokens][padded]: 0, or -Infinity for entries that are missing. Only where the lists are no groups. */
export const LIST_PENALTY = 16
/** Bytes from head to head of LAYER_BIAS. */
export const LIST_BIAS_STRIDE = 20
export const LIST_BYTES = 24

// Packed matrix: panels of 8 output columns, one after another.
//   +0   i32 [8]          what the accumulators start from: -64 * sum_k W[n][k], or 0 in the simd128 build
//   +32  f32 [8]          scales
//   +64  i8 [K / 4][32]   weights, 32 bytes for 4 k: [8 columns][4 k], or [2][8 columns][2 k] in the simd128 build
export const PANEL_COLUMNS = 8
export const PANEL_HEADER = 64
export const PANEL_STEP = 32

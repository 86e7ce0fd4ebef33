// One post-norm Transformer block over lists of tokens, forward and backward, float32, AVX2 + FMA.
//
//   a   = attention(x Wqkv^T)        every head inside its own list's groups, or along one table of neighbours
//   mid = rms(x + a Wo^T)
//   y   = rms(mid + (silu(gate) * up) Wdn^T)      gate, up = mid Wgu^T
//
// Boards are independent; one call handles a run of boards on one thread. Per board the scratch is about 0.5 MB
// (second-level cache); inside, tokens go through the matrices in tiles that stay in the first.
// Kept for the backward pass: x, a, mid, y and the two norms' factors; the rest is computed again, which costs
// less than writing and reading it.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "attention.h"
#include "neighbours.h"

namespace {
constexpr int TILE = 72;  // tokens a tile

struct Shape {
  int tokens, hidden, heads, inter, count, g;  // count groups of g tokens in every head's list; 0: a table [tokens][g]
  float eps;
};

// rows of a weight [out][in] as panels of 16 columns for y = x W^T: panel p holds W[p*16 + c][k] at [k][c]
float *pack_transposed(const float *W, int out, int in, float *to) {
  for (int p = 0; p < out / 16; p++)
    for (int k = 0; k < in; k++)
      for (int c = 0; c < 16; c++) *to++ = W[(long)(p * 16 + c) * in + k];
  return to;
}

// the same for dx = dy W: panel p holds W[o][p*16 + c] at [o][c]
float *pack_plain(const float *W, int out, int in, float *to) {
  for (int p = 0; p < in / 16; p++)
    for (int o = 0; o < out; o++, to += 16) memcpy(to, W + (long)o * in + p * 16, 64);
  return to;
}

// y = (s + x) / rms(s + x), s overwritten by y; returns 1 / rms
inline float norm_row(float *s, const float *x, int n, float eps) {
  __m256 sum = _mm256_setzero_ps();
  for (int i = 0; i < n; i += 8) {
    const __m256 v = _mm256_add_ps(_mm256_loadu_ps(s + i), _mm256_loadu_ps(x + i));
    _mm256_storeu_ps(s + i, v);
    sum = _mm256_fmadd_ps(v, v, sum);
  }
  const float r = 1.f / sqrtf(hsum8(sum) / n + eps);
  const __m256 rr = _mm256_set1_ps(r);
  for (int i = 0; i < n; i += 8) _mm256_storeu_ps(s + i, _mm256_mul_ps(_mm256_loadu_ps(s + i), rr));
  return r;
}

// gradient of the norm: d = r * (dy - y * mean(dy * y))
inline void norm_row_backward(const float *dy, const float *y, float r, int n, float *d) {
  __m256 sum = _mm256_setzero_ps();
  for (int i = 0; i < n; i += 8) sum = _mm256_fmadd_ps(_mm256_loadu_ps(dy + i), _mm256_loadu_ps(y + i), sum);
  const __m256 mean = _mm256_set1_ps(hsum8(sum) / n), rr = _mm256_set1_ps(r);
  for (int i = 0; i < n; i += 8)
    _mm256_storeu_ps(d + i, _mm256_mul_ps(rr, _mm256_fnmadd_ps(_mm256_loadu_ps(y + i), mean, _mm256_loadu_ps(dy + i))));
}

// x rounded to 63 levels of its largest value, as the int8 engines round the rows of a matrix product (docs/numerics.md)
inline void round_row(const float *x, int n, float *to) {
  const __m256 sign = _mm256_set1_ps(-0.f);
  __m256 most = _mm256_setzero_ps();
  for (int i = 0; i < n; i += 8) most = _mm256_max_ps(most, _mm256_andnot_ps(sign, _mm256_loadu_ps(x + i)));
  float lanes[8], amax = 0.f;
  _mm256_storeu_ps(lanes, most);
  for (float lane : lanes) amax = lane > amax ? lane : amax;
  const bool live = amax >= 0x1p-100f;
  const __m256 up = _mm256_set1_ps(live ? 63.f / amax : 0.f), down = _mm256_set1_ps(live ? amax / 63.f : 0.f);
  for (int i = 0; i < n; i += 8) {
    const __m256 q = _mm256_round_ps(_mm256_mul_ps(_mm256_loadu_ps(x + i), up), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    _mm256_storeu_ps(to + i, _mm256_mul_ps(q, down));
  }
}

// The rows that a matrix product takes: x itself, or their rounded copies in `to`.
inline const float *rows_of(const float *x, int rows, int n, float *to, int rounded) {
  if (!rounded) return x;
  for (long i = 0; i < rows; i++) round_row(x + i * n, n, to + i * n);
  return to;
}

inline __m256 sigmoid8(__m256 x) {
  const __m256 one = _mm256_set1_ps(1.f);
  return _mm256_div_ps(one, _mm256_add_ps(one, exp8(_mm256_sub_ps(_mm256_setzero_ps(), x))));
}

// h = silu(gate) * up
inline void swiglu_row(const float *gu, int inter, float *h) {
  for (int i = 0; i < inter; i += 8) {
    const __m256 g = _mm256_loadu_ps(gu + i);
    _mm256_storeu_ps(h + i, _mm256_mul_ps(_mm256_mul_ps(g, sigmoid8(g)), _mm256_loadu_ps(gu + inter + i)));
  }
}

// gu becomes its gradient given dh; h becomes silu(gate) * up
inline void swiglu_row_backward(float *gu, int inter, const float *dh, float *h) {
  const __m256 one = _mm256_set1_ps(1.f);
  for (int i = 0; i < inter; i += 8) {
    const __m256 g = _mm256_loadu_ps(gu + i), u = _mm256_loadu_ps(gu + inter + i), d = _mm256_loadu_ps(dh + i);
    const __m256 s = sigmoid8(g), gs = _mm256_mul_ps(g, s);
    _mm256_storeu_ps(h + i, _mm256_mul_ps(gs, u));
    // d silu = s * (1 + g * (1 - s))
    const __m256 slope = _mm256_mul_ps(s, _mm256_fmadd_ps(g, _mm256_sub_ps(one, s), one));
    _mm256_storeu_ps(gu + i, _mm256_mul_ps(_mm256_mul_ps(d, u), slope));
    _mm256_storeu_ps(gu + inter + i, _mm256_mul_ps(d, gs));
  }
}

using Attend = void (*)(const int *, int, const float *, int, float, float *);
using AttendBack = void (*)(const int *, int, float *, int, float, const float *, const float *);

template <int G> bool pick_hd(int hd, Attend &f, AttendBack &b) {
  switch (hd) {
    case 4: f = attend<G, 4>, b = attend_backward<G, 4>; return true;
    case 8: f = attend<G, 8>, b = attend_backward<G, 8>; return true;
    case 12: f = attend<G, 12>, b = attend_backward<G, 12>; return true;
    case 16: f = attend<G, 16>, b = attend_backward<G, 16>; return true;
    default: return false;
  }
}

// Whether there are kernels; f and b stay null for a table.
bool pick(const Shape &s, Attend &f, AttendBack &b) {
  const int hd = s.hidden / s.heads;
  f = nullptr, b = nullptr;
  if (s.count == 0) return s.g == PLACES && hd % 8 == 0;
  switch (s.g) {
    case 4: return pick_hd<4>(hd, f, b);
    case 6: return pick_hd<6>(hd, f, b);
    case 9: return pick_hd<9>(hd, f, b);
    case 16: return pick_hd<16>(hd, f, b);
    default: return false;
  }
}

float *scratch(long floats) { return static_cast<float *>(aligned_alloc(64, (floats * 4 + 63) / 64 * 64)); }
}  // namespace

extern "C" {

// Whether these sizes have kernels; the caller uses plain PyTorch otherwise.
int hrm_block_fits(int tokens, int hidden, int heads, int inter, int count, int g) {
  Attend f;
  AttendBack b;
  const Shape s{tokens, hidden, heads, inter, count, g, 0.f};
  return heads > 0 && hidden % heads == 0 && hidden % 16 == 0 && inter % 16 == 0 && (count == 0 || count * g == tokens) &&
         pick(s, f, b);
}

// x = x0 + x1; x1 may be null, then x is x0 itself and only read. rounded: the rows of every matrix product are.
// groups: [heads][count][g], bias: null; or the table [tokens][g], bias: [heads][g]. Returns 0, or 1 when memory ran out.
int hrm_block_forward(int boards, int tokens, int hidden, int heads, int inter, int count, int g, int rounded,
                      float eps, const int *groups, const float *bias, const float *x0, const float *x1, float *x,
                      const float *wqkv, const float *wo, const float *wgu, const float *wdn, float *a, float *mid,
                      float *y, float *r1, float *r2) {
  const Shape s{tokens, hidden, heads, inter, count, g, eps};
  Attend attend_head;
  AttendBack unused;
  if (!pick(s, attend_head, unused)) return 2;
  const int D = hidden, I = inter, hd = hidden / heads;
  const float scale = (float)(1.0 / sqrt((double)hd));
  const long weights = 4L * D * D + 3L * D * I;
  float *pool = scratch(weights + (long)tokens * 3 * D + TILE * (3L * I + D));
  if (!pool) return 1;
  float *pqkv = pool, *po = pack_transposed(wqkv, 3 * D, D, pqkv), *pgu = pack_transposed(wo, D, D, po);
  float *pdn = pack_transposed(wgu, 2 * I, D, pgu), *qkv = pack_transposed(wdn, D, I, pdn);
  float *gu = qkv + (long)tokens * 3 * D, *h = gu + TILE * 2L * I, *rows = h + TILE * (long)I;
  for (int b = 0; b < boards; b++) {
    const long at = (long)b * tokens * D, row = (long)b * tokens;
    if (x1)
      for (long i = at; i < at + (long)tokens * D; i += 8)
        _mm256_storeu_ps(x + i, _mm256_add_ps(_mm256_loadu_ps(x0 + i), _mm256_loadu_ps(x1 + i)));
    const float *xb = x + at;
    for (int t = 0; t < tokens; t += TILE) {
      const int n = tokens - t < TILE ? tokens - t : TILE;
      const float *xt = rows_of(xb + (long)t * D, n, D, rows, rounded);
      gemm<false, false>(n, 3 * D, D, xt, D, pqkv, D * 16, 16, qkv + (long)t * 3 * D, 3 * D);
    }
    for (int head = 0; head < heads; head++) {
      if (attend_head) attend_head(groups + (long)head * tokens, count, qkv + head * hd, D, scale, a + at + head * hd);
      else attend_places(groups, tokens, qkv + head * hd, D, hd, scale, bias + head * g, a + at + head * hd);
    }
    for (int t = 0; t < tokens; t += TILE) {
      const int n = tokens - t < TILE ? tokens - t : TILE;
      float *m = mid + at + (long)t * D, *out = y + at + (long)t * D;
      gemm<false, false>(n, D, D, rows_of(a + at + (long)t * D, n, D, rows, rounded), D, po, D * 16, 16, m, D);
      for (int i = 0; i < n; i++) r1[row + t + i] = norm_row(m + (long)i * D, xb + (long)(t + i) * D, D, eps);
      gemm<false, false>(n, 2 * I, D, rows_of(m, n, D, rows, rounded), D, pgu, D * 16, 16, gu, 2 * I);
      for (int i = 0; i < n; i++) swiglu_row(gu + (long)i * 2 * I, I, h + (long)i * I);
      gemm<false, false>(n, D, I, rows_of(h, n, I, h, rounded), I, pdn, I * 16, 16, out, D);
      for (int i = 0; i < n; i++) r2[row + t + i] = norm_row(out + (long)i * D, m + (long)i * D, D, eps);
    }
  }
  free(pool);
  return 0;
}

// Gradients: dx is written; dwqkv, dwo, dwgu, dwdn and (of a table) dbias are added to. They pass rounding unchanged.
int hrm_block_backward(int boards, int tokens, int hidden, int heads, int inter, int count, int g, int rounded,
                       float eps, const int *groups, const float *bias, const float *x, const float *wqkv, const float *wo, const float *wgu,
                       const float *wdn, const float *a, const float *mid, const float *y, const float *r1,
                       const float *r2, const float *dy, float *dx, float *dwqkv, float *dwo, float *dwgu,
                       float *dwdn, float *dbias) {
  const Shape s{tokens, hidden, heads, inter, count, g, eps};
  Attend unused;
  AttendBack attend_head;
  if (!pick(s, unused, attend_head)) return 2;
  const int D = hidden, I = inter, hd = hidden / heads;
  const float scale = (float)(1.0 / sqrt((double)hd));
  const long weights = 4L * D * D + 3L * D * I + 3L * D * D + 2L * D * I;
  const long apart = attend_head ? 0 : (long)tokens * 3 * D;  // a table's gradient cannot take the place of qkv
  float *pool = scratch(weights + (long)tokens * 4 * D + TILE * (4L * I + 3L * D) + apart);
  if (!pool) return 1;
  float *pqkv = pool, *pgu = pack_transposed(wqkv, 3 * D, D, pqkv), *bqkv = pack_transposed(wgu, 2 * I, D, pgu);
  float *bo = pack_plain(wqkv, 3 * D, D, bqkv), *bgu = pack_plain(wo, D, D, bo);
  float *bdn = pack_plain(wgu, 2 * I, D, bgu), *qkv = pack_plain(wdn, D, I, bdn);
  float *da = qkv + (long)tokens * 3 * D, *gu = da + (long)tokens * D, *h = gu + TILE * 2L * I;
  float *dh = h + (long)TILE * I, *d2 = dh + (long)TILE * I, *dm = d2 + (long)TILE * D;
  float *rows = dm + (long)TILE * D, *dqkv = attend_head ? qkv : rows + (long)TILE * D;
  for (int b = 0; b < boards; b++) {
    const long at = (long)b * tokens * D, row = (long)b * tokens;
    for (int t = 0; t < tokens; t += TILE) {
      const int n = tokens - t < TILE ? tokens - t : TILE;
      const long to = at + (long)t * D;
      const float *m = mid + to;
      float *d1 = dx + to;
      gemm<false, false>(n, 3 * D, D, rows_of(x + to, n, D, rows, rounded), D, pqkv, D * 16, 16, qkv + (long)t * 3 * D, 3 * D);
      const float *mr = rows_of(m, n, D, rows, rounded);
      gemm<false, false>(n, 2 * I, D, mr, D, pgu, D * 16, 16, gu, 2 * I);
      for (int i = 0; i < n; i++) norm_row_backward(dy + to + (long)i * D, y + to + (long)i * D, r2[row + t + i], D, d2 + (long)i * D);
      gemm<false, false>(n, I, D, d2, D, bdn, D * 16, 16, dh, I);
      for (int i = 0; i < n; i++) swiglu_row_backward(gu + (long)i * 2 * I, I, dh + (long)i * I, h + (long)i * I);
      gemm<true, true>(D, I, n, d2, D, rows_of(h, n, I, h, rounded), 16, I, dwdn, I);
      gemm<true, true>(2 * I, D, n, gu, 2 * I, mr, 16, D, dwgu, D);
      memcpy(dm, d2, (long)n * D * 4);
      gemm<false, true>(n, D, 2 * I, gu, 2 * I, bgu, 2 * I * 16, 16, dm, D);
      for (int i = 0; i < n; i++) norm_row_backward(dm + (long)i * D, m + (long)i * D, r1[row + t + i], D, d1 + (long)i * D);
      gemm<false, false>(n, D, D, d1, D, bo, D * 16, 16, da + (long)t * D, D);
      gemm<true, true>(D, D, n, d1, D, rows_of(a + to, n, D, rows, rounded), 16, D, dwo, D);
    }
    if (!attend_head) memset(dqkv, 0, apart * 4);
    for (int head = 0; head < heads; head++) {
      const int h0 = head * hd;
      if (attend_head) attend_head(groups + (long)head * tokens, count, qkv + h0, D, scale, a + at + h0, da + h0);
      else
        attend_places_backward(groups, tokens, qkv + h0, D, hd, scale, bias + head * g, da + h0, dqkv + h0,
                               dbias + head * g);
    }
    for (int t = 0; t < tokens; t += TILE) {
      const int n = tokens - t < TILE ? tokens - t : TILE;
      const long to = at + (long)t * D;
      const float *dq = dqkv + (long)t * 3 * D;
      gemm<false, true>(n, D, 3 * D, dq, 3 * D, bqkv, 3 * D * 16, 16, dx + to, D);
      gemm<true, true>(3 * D, D, n, dq, 3 * D, rows_of(x + to, n, D, rows, rounded), 16, D, dwqkv, D);
    }
  }
  free(pool);
  return 0;
}
}

// Attention along a table of four places a token, -1 where there is none (the list `neighbours`), with a learned bias
// for every place. One token at a time: its four scores are one vector.
#pragma once
#include "simd.h"

constexpr int PLACES = 4;

// [q . rows[0], ..., q . rows[3]]; hd is a multiple of 8
static inline __m128 four_dots(const float *q, const float *const rows[PLACES], int hd) {
  __m256 c[PLACES];
#pragma GCC unroll 4
  for (int j = 0; j < PLACES; j++) c[j] = _mm256_setzero_ps();
  for (int d = 0; d < hd; d += 8) {
    const __m256 v = _mm256_loadu_ps(q + d);
#pragma GCC unroll 4
    for (int j = 0; j < PLACES; j++) c[j] = _mm256_fmadd_ps(v, _mm256_loadu_ps(rows[j] + d), c[j]);
  }
  const __m256 t = _mm256_hadd_ps(_mm256_hadd_ps(c[0], c[1]), _mm256_hadd_ps(c[2], c[3]));
  return _mm_add_ps(_mm256_castps256_ps128(t), _mm256_extractf128_ps(t, 1));
}

static inline __m128 all4(__m128 v, __m128 (*op)(__m128, __m128)) {
  v = op(v, _mm_shuffle_ps(v, v, 0x4e));
  return op(v, _mm_shuffle_ps(v, v, 0xb1));
}
static inline __m128 max4(__m128 a, __m128 b) { return _mm_max_ps(a, b); }
static inline __m128 add4(__m128 a, __m128 b) { return _mm_add_ps(a, b); }

// Softmax over the places that are there; zeros for a token without any.
static inline __m128 softmax4(__m128 s, __m128 there) {
  s = _mm_blendv_ps(_mm_set1_ps(-1e9f), s, there);
  const __m128 e = _mm256_castps256_ps128(exp8(_mm256_castps128_ps256(_mm_sub_ps(s, all4(s, max4)))));
  const __m128 kept = _mm_and_ps(e, there);
  return _mm_div_ps(kept, _mm_max_ps(all4(kept, add4), _mm_set1_ps(1e-30f)));
}

// Where a token's four places have their rows, `stride` floats apart; one that is not there reads the token's own.
struct Places {
  const int *at;
  int self;
  __m128 there() const {
    return _mm_castsi128_ps(_mm_cmpgt_epi32(_mm_loadu_si128((const __m128i *)at), _mm_set1_epi32(-1)));
  }
  long row(int j, int stride) const { return (long)(at[j] < 0 ? self : at[j]) * stride; }
};

static inline void rows_of(const Places &p, const float *base, int stride, const float *rows[PLACES]) {
  for (int j = 0; j < PLACES; j++) rows[j] = base + p.row(j, stride);
}

// One head. qkv: [tokens][3*hidden], this head's q at +0, k at +hidden, v at +2*hidden; bias: [4];
// table: [tokens][4]; out: [tokens][hidden].
static void attend_places(const int *table, int tokens, const float *qkv, int hidden, int hd, float scale,
                          const float *bias, float *out) {
  const __m128 by = _mm_set1_ps(scale), b = _mm_loadu_ps(bias);
  for (int t = 0; t < tokens; t++) {
    const Places places{table + (long)t * PLACES, t};
    const float *k[PLACES], *v[PLACES];
    rows_of(places, qkv + hidden, 3 * hidden, k);
    rows_of(places, qkv + 2 * hidden, 3 * hidden, v);
    alignas(16) float p[PLACES];
    const __m128 s = _mm_fmadd_ps(four_dots(qkv + (long)t * 3 * hidden, k, hd), by, b);
    _mm_store_ps(p, softmax4(s, places.there()));
    for (int d = 0; d < hd; d += 8) {
      __m256 sum = _mm256_setzero_ps();
#pragma GCC unroll 4
      for (int j = 0; j < PLACES; j++) sum = _mm256_fmadd_ps(_mm256_set1_ps(p[j]), _mm256_loadu_ps(v[j] + d), sum);
      _mm256_storeu_ps(out + (long)t * hidden + d, sum);
    }
  }
}

static inline void add_to(float *to, float by, const float *x, int n) {
  for (int d = 0; d < n; d += 8)
    _mm256_storeu_ps(to + d, _mm256_fmadd_ps(_mm256_set1_ps(by), _mm256_loadu_ps(x + d), _mm256_loadu_ps(to + d)));
}

// Gradient of attend_places, added to dqkv and dbias. dout: gradient of its output.
static void attend_places_backward(const int *table, int tokens, const float *qkv, int hidden, int hd, float scale,
                                   const float *bias, const float *dout, float *dqkv, float *dbias) {
  const __m128 by = _mm_set1_ps(scale), b = _mm_loadu_ps(bias);
  __m128 db = _mm_setzero_ps();
  for (int t = 0; t < tokens; t++) {
    const Places places{table + (long)t * PLACES, t};
    const float *k[PLACES], *v[PLACES], *q = qkv + (long)t * 3 * hidden, *go = dout + (long)t * hidden;
    rows_of(places, qkv + hidden, 3 * hidden, k);
    rows_of(places, qkv + 2 * hidden, 3 * hidden, v);
    const __m128 p4 = softmax4(_mm_fmadd_ps(four_dots(q, k, hd), by, b), places.there());
    const __m128 dp = four_dots(go, v, hd);
    const __m128 ds4 = _mm_mul_ps(p4, _mm_sub_ps(dp, all4(_mm_mul_ps(p4, dp), add4)));
    db = _mm_add_ps(db, ds4);
    alignas(16) float p[PLACES], ds[PLACES];
    _mm_store_ps(p, p4);
    _mm_store_ps(ds, _mm_mul_ps(ds4, by));
    for (int j = 0; j < PLACES; j++) {
      if (places.at[j] < 0) continue;
      float *dk = dqkv + hidden + places.row(j, 3 * hidden);
      add_to(dqkv + (long)t * 3 * hidden, ds[j], k[j], hd);
      add_to(dk, ds[j], q, hd);
      add_to(dk + hidden, p[j], go, hd);
    }
  }
  _mm_storeu_ps(dbias, _mm_add_ps(_mm_loadu_ps(dbias), db));
}

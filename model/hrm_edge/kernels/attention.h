// Attention inside cliques: a list's tokens fall into groups of G that see each other and no one else
// (the nine candidates of a cell, the same digit along a row, ...). Eight groups are computed at once, one a lane.
#pragma once
#include "simd.h"

// Sums that stay in registers at once; longer rows are cut.
constexpr int most(int n) { return n > 12 ? 8 : n; }

// s[j] = sum_d q[d] * k[j][d]
template <int G, int HD> static inline void dots(const __m256 *q, const __m256 (*k)[HD], __m256 *s) {
  constexpr int J = most(G);
#pragma GCC unroll 2
  for (int j0 = 0; j0 < G; j0 += J) {
    __m256 c[J];
#pragma GCC unroll 12
    for (int j = 0; j < J; j++) c[j] = _mm256_setzero_ps();
    for (int d = 0; d < HD; d++) {
      const __m256 qd = q[d];
#pragma GCC unroll 12
      for (int j = 0; j < J; j++) c[j] = _mm256_fmadd_ps(qd, k[j0 + j][d], c[j]);
    }
#pragma GCC unroll 12
    for (int j = 0; j < J; j++) s[j0 + j] = c[j];
  }
}

// out[d] = by * sum_j w[j * stride] * rows[j][d]
template <int G, int HD>
static inline void blend(const __m256 *w, int stride, const __m256 (*rows)[HD], __m256 by, __m256 *out) {
  constexpr int E = most(HD);
#pragma GCC unroll 2
  for (int d0 = 0; d0 < HD; d0 += E) {
    __m256 c[E];
#pragma GCC unroll 12
    for (int d = 0; d < E; d++) c[d] = _mm256_setzero_ps();
    for (int j = 0; j < G; j++) {
      const __m256 wj = w[j * stride];
#pragma GCC unroll 12
      for (int d = 0; d < E; d++) c[d] = _mm256_fmadd_ps(wj, rows[j][d0 + d], c[d]);
    }
#pragma GCC unroll 12
    for (int d = 0; d < E; d++) out[d0 + d] = _mm256_mul_ps(c[d], by);
  }
}

// s[j] becomes exp(s[j] - max); returns 1 / their sum
template <int G> static inline __m256 softmax(__m256 *s) {
  __m256 m = s[0], z = _mm256_setzero_ps();
  for (int j = 1; j < G; j++) m = _mm256_max_ps(m, s[j]);
#pragma GCC unroll 3
  for (int j = 0; j < G; j++) z = _mm256_add_ps(z, s[j] = exp8(_mm256_sub_ps(s[j], m)));
  return _mm256_div_ps(_mm256_set1_ps(1.f), z);
}

// Rows of eight groups' i-th tokens. Lanes past the last group repeat it; they are computed and never stored.
static inline void lanes(const int *groups, int g, int i, int n, long stride, long *at) {
  for (int l = 0; l < 8; l++) at[l] = groups[(l < n ? l : n - 1) * g + i] * stride;
}

template <int HD> static inline void read8(const float *base, const long *at, __m256 *out) {
  const float *row[8];
  for (int l = 0; l < 8; l++) row[l] = base + at[l];
  gather8<HD>(row, out);
}

template <int HD> static inline void write8(const __m256 *in, float *base, const long *at, int n) {
  float *row[8];
  for (int l = 0; l < 8; l++) row[l] = base + at[l];
  scatter8<HD>(in, row, n);
}

template <int HD> static inline void times(__m256 *q, float by) {
  for (int d = 0; d < HD; d++) q[d] = _mm256_mul_ps(q[d], _mm256_set1_ps(by));
}

// One head. qkv: [tokens][3*hidden], this head's q at +0, k at +hidden, v at +2*hidden; out: [tokens][hidden].
// groups: [count][G] token numbers.
template <int G, int HD>
static void attend(const int *groups, int count, const float *qkv, int hidden, float scale, float *out) {
  for (int first = 0; first < count; first += 8, groups += 8 * G) {
    const int n = count - first < 8 ? count - first : 8;
    __m256 q[G][HD], k[G][HD], v[G][HD], s[G], o[HD];
    long at[8];
    for (int i = 0; i < G; i++) {
      lanes(groups, G, i, n, 3L * hidden, at);
      read8<HD>(qkv, at, q[i]);
      read8<HD>(qkv + hidden, at, k[i]);
      read8<HD>(qkv + 2 * hidden, at, v[i]);
      times<HD>(q[i], scale);
    }
    for (int i = 0; i < G; i++) {
      dots<G, HD>(q[i], k, s);
      const __m256 inv = softmax<G>(s);
      blend<G, HD>(s, 1, v, inv, o);
      lanes(groups, G, i, n, hidden, at);
      write8<HD>(o, out, at, n);
    }
  }
}

// Gradient of attend: qkv is overwritten with its gradient. out: what attend gave; dout: its gradient.
template <int G, int HD>
static void attend_backward(const int *groups, int count, float *qkv, int hidden, float scale, const float *out,
                            const float *dout) {
  const __m256 one = _mm256_set1_ps(1.f), sc = _mm256_set1_ps(scale);
  for (int first = 0; first < count; first += 8, groups += 8 * G) {
    const int n = count - first < 8 ? count - first : 8;
    __m256 q[G][HD], k[G][HD], v[G][HD], go[G][HD], o[HD], p[G][G], ds[G][G], t[HD];
    long at[8];
    for (int i = 0; i < G; i++) {
      lanes(groups, G, i, n, 3L * hidden, at);
      read8<HD>(qkv, at, q[i]);
      read8<HD>(qkv + hidden, at, k[i]);
      read8<HD>(qkv + 2 * hidden, at, v[i]);
      times<HD>(q[i], scale);
    }
    for (int i = 0; i < G; i++) {
      lanes(groups, G, i, n, hidden, at);
      read8<HD>(out, at, o);
      read8<HD>(dout, at, go[i]);
      dots<G, HD>(q[i], k, p[i]);
      const __m256 inv = softmax<G>(p[i]);
      dots<G, HD>(go[i], v, ds[i]);
      // sum_j p_j dp_j equals dout . out
      __m256 mean = _mm256_setzero_ps();
      for (int d = 0; d < HD; d++) mean = _mm256_fmadd_ps(go[i][d], o[d], mean);
      for (int j = 0; j < G; j++) {
        p[i][j] = _mm256_mul_ps(p[i][j], inv);
        ds[i][j] = _mm256_mul_ps(p[i][j], _mm256_sub_ps(ds[i][j], mean));
      }
    }
    for (int i = 0; i < G; i++) {
      lanes(groups, G, i, n, 3L * hidden, at);
      blend<G, HD>(ds[i], 1, k, sc, t);
      write8<HD>(t, qkv, at, n);
      blend<G, HD>(&ds[0][i], G, q, one, t);
      write8<HD>(t, qkv + hidden, at, n);
      blend<G, HD>(&p[0][i], G, go, one, t);
      write8<HD>(t, qkv + 2 * hidden, at, n);
    }
  }
}

// AVX2 + FMA building blocks of block.cpp: a small matrix product, exp, and 8-token transposes.
#pragma once
#include <immintrin.h>

// C[m][n] (+)= sum_k A(m,k) * B[k][n] for M rows and 16 columns.
// A(m,k) is A[m*lda + k], or A[k*lda + m] when TA. M <= 6 keeps all sums in registers.
template <int M, bool TA, bool ADD>
static inline void tile16(const float *A, int lda, const float *B, int ldb, float *C, int ldc, int K) {
  __m256 c[M][2];
#pragma GCC unroll 6
  for (int m = 0; m < M; m++) c[m][0] = c[m][1] = _mm256_setzero_ps();
  for (int k = 0; k < K; k++) {
    const __m256 b0 = _mm256_loadu_ps(B + (long)k * ldb), b1 = _mm256_loadu_ps(B + (long)k * ldb + 8);
#pragma GCC unroll 6
    for (int m = 0; m < M; m++) {
      const __m256 a = _mm256_broadcast_ss(TA ? A + (long)k * lda + m : A + (long)m * lda + k);
      c[m][0] = _mm256_fmadd_ps(a, b0, c[m][0]);
      c[m][1] = _mm256_fmadd_ps(a, b1, c[m][1]);
    }
  }
  // every loop over c is unrolled: an index known only at run time would keep c in memory
#pragma GCC unroll 6
  for (int m = 0; m < M; m++)
#pragma GCC unroll 2
    for (int h = 0; h < 2; h++) {
      float *to = C + (long)m * ldc + h * 8;
      _mm256_storeu_ps(to, ADD ? _mm256_add_ps(_mm256_loadu_ps(to), c[m][h]) : c[m][h]);
    }
}

// The same for any M and N a multiple of 16. Column panel p of B begins at B + p*panel, its rows ldb apart:
// packed weights have panel = K*16, ldb = 16; plain row-major matrices panel = 16, ldb = row length.
template <bool TA, bool ADD>
static void gemm(int M, int N, int K, const float *A, int lda, const float *B, int panel, int ldb, float *C, int ldc) {
  for (int p = 0; p * 16 < N; p++) {
    const float *b = B + (long)p * panel;
    for (int m = 0; m < M;) {
      const float *a = A + (TA ? (long)m : (long)m * lda);
      float *c = C + (long)m * ldc + p * 16;
      const int left = M - m;
      // 7 and 8 rows are split evenly: one or two rows alone would wait on the latency of the sums.
      const int take = left >= 9 || left == 6 ? 6 : left > 4 ? (left == 5 ? 5 : 4) : left;
      switch (take) {
        case 6: tile16<6, TA, ADD>(a, lda, b, ldb, c, ldc, K); break;
        case 5: tile16<5, TA, ADD>(a, lda, b, ldb, c, ldc, K); break;
        case 4: tile16<4, TA, ADD>(a, lda, b, ldb, c, ldc, K); break;
        case 3: tile16<3, TA, ADD>(a, lda, b, ldb, c, ldc, K); break;
        case 2: tile16<2, TA, ADD>(a, lda, b, ldb, c, ldc, K); break;
        default: tile16<1, TA, ADD>(a, lda, b, ldb, c, ldc, K);
      }
      m += take;
    }
  }
}

// e^x, relative error below 3e-7; x is clamped to [-87, 88], so nothing overflows or becomes subnormal.
static inline __m256 exp8(__m256 x) {
  x = _mm256_min_ps(_mm256_max_ps(x, _mm256_set1_ps(-87.f)), _mm256_set1_ps(88.f));
  const __m256 n = _mm256_round_ps(_mm256_mul_ps(x, _mm256_set1_ps(1.44269504f)), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  const __m256 r = _mm256_fnmadd_ps(n, _mm256_set1_ps(-2.12194440e-4f), _mm256_fnmadd_ps(n, _mm256_set1_ps(0.693359375f), x));
  __m256 p = _mm256_set1_ps(0x1.10627ap-7f);
  p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(0x1.572a08p-5f));
  p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(0x1.5557aep-3f));
  p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(0x1.fffdfcp-2f));
  p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(1.f));
  p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(1.f));
  const __m256i bits = _mm256_slli_epi32(_mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127)), 23);
  return _mm256_mul_ps(p, _mm256_castsi256_ps(bits));
}

static inline float hsum8(__m256 v) {
  __m128 s = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  s = _mm_add_ps(s, _mm_movehl_ps(s, s));
  return _mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));
}

static inline void transpose4(__m256 &a, __m256 &b, __m256 &c, __m256 &d) {
  const __m256 t0 = _mm256_unpacklo_ps(a, b), t1 = _mm256_unpackhi_ps(a, b);
  const __m256 t2 = _mm256_unpacklo_ps(c, d), t3 = _mm256_unpackhi_ps(c, d);
  a = _mm256_shuffle_ps(t0, t2, 0x44), b = _mm256_shuffle_ps(t0, t2, 0xee);
  c = _mm256_shuffle_ps(t1, t3, 0x44), d = _mm256_shuffle_ps(t1, t3, 0xee);
}

// out[d] = lane l: row[l][d], for d < HD (a multiple of 4).
template <int HD> static inline void gather8(const float *const row[8], __m256 *out) {
#pragma GCC unroll 8
  for (int d = 0; d < HD; d += 4) {
    __m256 v[4];
#pragma GCC unroll 4
    for (int l = 0; l < 4; l++)
      v[l] = _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(row[l] + d)), _mm_loadu_ps(row[l + 4] + d), 1);
    transpose4(v[0], v[1], v[2], v[3]);
#pragma GCC unroll 4
    for (int l = 0; l < 4; l++) out[d + l] = v[l];
  }
}

// The inverse of gather8 for the first n lanes.
template <int HD> static inline void scatter8(const __m256 *in, float *const row[8], int n) {
#pragma GCC unroll 8
  for (int d = 0; d < HD; d += 4) {
    __m256 v[4] = {in[d], in[d + 1], in[d + 2], in[d + 3]};
    transpose4(v[0], v[1], v[2], v[3]);
#pragma GCC unroll 4
    for (int l = 0; l < 4; l++) {
      if (l < n) _mm_storeu_ps(row[l] + d, _mm256_castps256_ps128(v[l]));
      if (l + 4 < n) _mm_storeu_ps(row[l + 4] + d, _mm256_extractf128_ps(v[l], 1));
    }
  }
}

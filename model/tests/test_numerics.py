"""The building blocks against a twin in NumPy scalars, written out from docs/numerics.md."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from hrm_edge import numerics as nm

F = np.float32
floats = st.floats(-1e4, 1e4, width=32)
vectors = hnp.arrays(np.float32, st.integers(1, 23), elements=floats)


def sum4_twin(x: np.ndarray) -> np.float32:
    lanes = [F(0), F(0), F(0), F(0)]
    for i, value in enumerate(x):
        lanes[i % 4] = F(lanes[i % 4] + value)
    return F(F(lanes[0] + lanes[2]) + F(lanes[1] + lanes[3]))


def exp_twin(x: np.float32) -> np.float32:
    x = min(max(x, F(-87)), F(88))
    n = F(np.rint(F(x * F(1.44269504))))
    r = F(F(x - F(n * F(0.693359375))) - F(n * F(-2.12194440e-4)))
    p = F(float.fromhex("0x1.10627ap-7"))
    for c in ("0x1.572a08p-5", "0x1.5557aep-3", "0x1.fffdfcp-2", "0x1p0", "0x1p0"):
        p = F(F(p * r) + F(float.fromhex(c)))
    return F(p * np.int32((int(n) + 127) << 23).view(np.float32))


def linear_twin(x: np.ndarray, weight: np.ndarray, scale: np.ndarray) -> np.ndarray:
    amax = F(np.max(np.abs(x)))
    q, s = [0] * len(x), F(0)
    if amax >= 2.0**-100:
        s, inverse = F(amax / F(63)), F(F(63) / amax)
        q = [int(np.rint(F(value * inverse))) for value in x]
    assert all(-63 <= value <= 63 for value in q)
    acc = [sum(int(w) * value for w, value in zip(row, q, strict=True)) for row in weight]
    return np.array([F(F(F(a) * s) * scale[n]) for n, a in enumerate(acc)], np.float32)


def equal_bits(tensor: torch.Tensor, array: np.ndarray) -> bool:
    return np.array_equal(tensor.numpy().view(np.int32), np.asarray(array, np.float32).view(np.int32))


@given(vectors)
def test_sum4(x: np.ndarray) -> None:
    assert equal_bits(nm.sum4(torch.from_numpy(x)), sum4_twin(x))


@given(vectors)
def test_dot4(x: np.ndarray) -> None:
    assert equal_bits(nm.dot4(torch.from_numpy(x), torch.from_numpy(x)), sum4_twin(x * x))


def test_sum4_never_gives_minus_zero() -> None:
    assert math.copysign(1, nm.sum4(torch.tensor([-0.0, -0.0, -0.0, -0.0])).item()) == 1


@given(st.lists(st.floats(-200, 200, width=32), min_size=1, max_size=40))
def test_exp_and_silu(values: list[float]) -> None:
    x = np.array(values, np.float32)
    assert equal_bits(nm.exp(torch.from_numpy(x)), np.array([exp_twin(v) for v in x]))
    with np.errstate(over="ignore"):
        assert equal_bits(nm.silu(torch.from_numpy(x)), np.array([F(v / F(F(1) + exp_twin(-v))) for v in x]))


def test_exp_is_as_accurate_as_the_page_says() -> None:
    x = torch.linspace(-87, 88, 200_001)
    error = (nm.exp(x).double() / x.double().exp() - 1).abs().max().item()
    assert error < 2e-7
    assert nm.exp(torch.zeros(1)).item() == 1


def test_sqrt_is_correctly_rounded() -> None:
    x = torch.from_numpy(np.random.default_rng(0).integers(1, 2**31 - 2**24, 200_000, np.int32).view(np.float32))
    assert equal_bits(nm.sqrt(x), np.sqrt(x.numpy()))


@given(hnp.arrays(np.float32, st.sampled_from([4, 12, 32]), elements=floats))
def test_rms(x: np.ndarray) -> None:
    r = F(F(1) / F(np.sqrt(F(F(sum4_twin(x * x) / F(len(x))) + F(1e-5)))))
    assert equal_bits(nm.rms(torch.from_numpy(x), 1e-5), x * r)


def test_rms_of_a_row_too_large_to_square_is_zero() -> None:
    assert (nm.rms(torch.full((1, 8), 1e25), 1e-5) == 0).all()


@given(vectors, st.integers(0, 2**32 - 1))
def test_linear(x: np.ndarray, seed: int) -> None:
    rng = np.random.default_rng(seed)
    weight = rng.integers(-127, 128, (5, len(x)), np.int8)
    scale = rng.random(5, np.float32)
    got = nm.linear(torch.from_numpy(x)[None], torch.from_numpy(weight), torch.from_numpy(scale))[0]
    assert equal_bits(got, linear_twin(x, weight, scale))


@pytest.mark.parametrize("width", [2096, 2100, 4096])
def test_linear_is_exact_at_the_largest_sums(width: int) -> None:
    # An odd sum over 2^24 rounds half to even, as int32 -> f32 does.
    x = np.full(width, 1, np.float32)
    weight = np.full((1, width), 127, np.int8)
    weight[0, 0] = 126
    scale = np.ones(1, np.float32)
    got = nm.linear(torch.from_numpy(x)[None], torch.from_numpy(weight), torch.from_numpy(scale))[0]
    assert equal_bits(got, linear_twin(x, weight, scale))


def test_tiny_rows_quantise_to_nothing() -> None:
    for tiny in (0.0, -0.0, 2.0**-101, -(2.0**-149)):
        q, s = nm.quantise_activations(torch.full((1, 4), tiny))
        assert (q == 0).all()
        assert s.item() == 0
    q, s = nm.quantise_activations(torch.full((1, 4), 2.0**-100))
    assert q.tolist() == [[63.0] * 4]
    assert s.item() == np.float32(2.0**-100) / F(63)


def test_attend_against_scalars() -> None:
    rng = np.random.default_rng(1)
    q, k, v = (rng.standard_normal((3, 8)).astype(np.float32) for _ in range(3))
    bias = rng.standard_normal((1, 3)).astype(np.float32)
    there = np.array([[True, True, False], [False, False, False], [True, False, True]])
    expected = np.zeros((3, 8), np.float32)
    for t in range(3):
        used = [j for j in range(3) if there[t, j]]
        if not used:
            continue
        s = {j: F(F(sum4_twin(q[t] * k[j]) * F(1 / math.sqrt(8))) + bias[0, j]) for j in used}
        top = max(s.values())
        e = np.array([exp_twin(F(s[j] - top)) if j in s else F(0) for j in range(3)], np.float32)
        inverse = F(F(1) / sum4_twin(e))
        for d in range(8):
            total = F(0)
            for j in used:
                total = F(total + F(e[j] * v[j, d]))
            expected[t, d] = F(total * inverse)
    got = nm.attend(*(torch.from_numpy(a) for a in (q, k, v, bias, there)))
    assert equal_bits(got, expected)


def test_rope_turns_pairs() -> None:
    x = torch.randn(1, 2, 1, 8)
    cos, sin = torch.randn(2, 8), torch.randn(2, 8)
    a = x.numpy()
    turned = np.concatenate((-a[..., 4:], a[..., :4]), -1)
    expected = a * cos.numpy()[:, None] + turned * sin.numpy()[:, None]
    assert equal_bits(nm.rope(x, cos, sin), expected)

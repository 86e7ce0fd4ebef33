"""The building blocks of docs/numerics.md, bit for bit, in eager PyTorch.

Every float operation is one f32 kernel, so each result is rounded on its own. ``torch.sum``, ``matmul`` and ``exp``
choose their own order and algorithm and are not used on floats; nor is ``torch.sqrt`` (see `sqrt`). Never run these
functions through ``torch.compile``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

# Below this, 63 / amax could overflow: the row counts as zeros.
SMALLEST_AMAX = 2.0**-100
# Integer sums stay exact in f32 (24 bits) up to this many products of -128 * 63.
_EXACT_F32 = 2**24 // (128 * 63)

_LOG2E = 1.44269504
_LN2_HIGH = 0.693359375
_LN2_LOW = -2.12194440e-4
_C2 = float.fromhex("0x1.fffdfcp-2")
_C3 = float.fromhex("0x1.5557aep-3")
_C4 = float.fromhex("0x1.572a08p-5")
_C5 = float.fromhex("0x1.10627ap-7")


def f32(value: float) -> Tensor:
    """A constant, rounded once to binary32."""
    return torch.tensor(value, dtype=torch.float32)


def _add_rows(rows: Iterable[Tensor], shape: Sequence[int]) -> Tensor:
    """Four lanes: row ``i`` is added to lane ``i % 4`` in order, from +0; then ``(l0 + l2) + (l1 + l3)``."""
    lanes = [torch.zeros(shape)] * 4
    for i, row in enumerate(rows):
        lanes[i % 4] = lanes[i % 4] + row
    return (lanes[0] + lanes[2]) + (lanes[1] + lanes[3])


def sum4(x: Tensor) -> Tensor:
    """Sum over the last axis in four lanes, ``[..., n]`` -> ``[...]``."""
    # Axis first: every addition then runs over one contiguous block.
    rows = x.movedim(-1, 0).contiguous()
    return _add_rows(rows, rows.shape[1:])


def dot4(x: Tensor, y: Tensor) -> Tensor:
    """``sum4`` of the rounded products over the last axis; shapes broadcast."""
    return sum4(x * y)


def exp(x: Tensor) -> Tensor:
    """``e^x``, the argument held within -87..88."""
    x = x.clamp(-87.0, 88.0)
    n = (x * f32(_LOG2E)).round()
    r = (x - n * f32(_LN2_HIGH)) - n * f32(_LN2_LOW)
    p = f32(_C5) * r + f32(_C4)
    for c in (_C3, _C2, 1.0, 1.0):
        p = p * r + f32(c)
    return p * ((n.to(torch.int32) + 127) << 23).view(torch.float32)


def silu(g: Tensor) -> Tensor:
    """``g / (1 + exp(-g))``."""
    return g / (exp(-g) + f32(1.0))


def sqrt(x: Tensor) -> Tensor:
    """Correctly rounded. ``torch.sqrt`` on f32 is not (off by an ulp for one value in five on x86); through f64 it is,
    because the root of a 24-bit number is never within an f64 ulp of the middle between two f32 values.
    """
    return x.double().sqrt().float()


def rms(x: Tensor, eps: float) -> Tensor:
    """Weightless RMSNorm over the last axis."""
    mean = dot4(x, x) / f32(x.shape[-1])
    r = f32(1.0) / sqrt(mean + f32(eps))
    return x * r[..., None]


def quantise_activations(x: Tensor) -> tuple[Tensor, Tensor]:
    """Seven-bit rows: integers -63..63 held in f32, ``[..., n]``, and the scale of each row, ``[..., 1]``."""
    amax = x.abs().amax(-1, keepdim=True)
    live = amax >= SMALLEST_AMAX
    divisor = torch.where(live, amax, f32(1.0))
    q = (x * (f32(63.0) / divisor)).round()
    zero = f32(0.0)
    return torch.where(live, q, zero), torch.where(live, divisor / f32(63.0), zero)


def linear(x: Tensor, weight: Tensor, scale: Tensor) -> Tensor:
    """Quantised matrix product. ``x [..., in]`` f32, ``weight [out, in]`` int8, ``scale [out]`` f32 -> ``[..., out]``.

    The integer product is taken by a float matmul, which is exact whatever its order: every partial sum is an integer
    below 2^24 in f32, or below 2^53 in f64.
    """
    q, s = quantise_activations(x)
    dtype = torch.float32 if weight.shape[1] <= _EXACT_F32 else torch.float64
    acc = (q.to(dtype) @ weight.to(dtype).T).to(torch.float32)
    return (acc * s) * scale


def rope(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Turns ``x [B, T, H, hd]`` by ``cos``, ``sin [T, hd]``."""
    first, second = x.chunk(2, -1)
    turned = torch.cat((-second, first), -1)
    return x * cos[:, None] + turned * sin[:, None]


def attend(q: Tensor, k: Tensor, v: Tensor, bias: Tensor | None, there: Tensor | None = None) -> Tensor:
    """Attention of ``q [..., n, hd]`` over ``k, v [..., m, hd]`` -> ``[..., n, hd]``.

    Args:
        bias: added to the scores, broadcast to ``[..., n, m]``.
        there: bool, broadcast to ``[..., n, m]``; entries that are False are left out.
    """
    # As [hd, n, ...] and [n, m, ...]: every operation runs over contiguous blocks of the whole batch.
    q, k, v = (t.movedim((-1, -2), (0, 1)).contiguous() for t in (q, k, v))

    def batch_last(t: Tensor) -> Tensor:
        return t[(None,) * (q.ndim - t.ndim)].movedim((-2, -1), (0, 1))

    dim, n = q.shape[:2]
    products = (q[i][:, None] * k[i] for i in range(dim))
    s = _add_rows(products, (n, *k.shape[1:])) * f32(1.0 / math.sqrt(dim))
    if bias is not None:
        s = s + batch_last(bias)
    if there is None:
        e = exp(s - s.amax(1, keepdim=True))
        inverse = f32(1.0) / _add_rows(e.unbind(1), q.shape[1:])
    else:
        there = batch_last(there)
        # A list of nothing has maximum -inf; 0 in its place keeps the difference finite, and e is 0 anyway.
        top = torch.where(there, s, -math.inf).amax(1, keepdim=True)
        e = torch.where(there, exp(s - torch.where(top.isinf(), 0.0, top)), f32(0.0))
        z = _add_rows(e.unbind(1), q.shape[1:])
        inverse = torch.where(z > 0, f32(1.0) / torch.where(z > 0, z, f32(1.0)), f32(0.0))
    out = torch.zeros_like(q)
    for j in range(k.shape[1]):
        out = out + e[:, j] * v[:, j, None]
    return (out * inverse).movedim((0, 1), (-1, -2))

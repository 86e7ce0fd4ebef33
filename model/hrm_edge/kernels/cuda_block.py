"""One block of a model of candidates on a GPU, forward and backward: Triton kernels, 16-bit floats with f32 sums.

Such a model is small and its tokens are many, so that a block is bound by memory: whatever a token needs between two
attentions happens in one kernel, and what the backward pass can compute again is not kept. Kept of a token are the
block's input, its queries, keys and values, what it attended to, and two numbers.

Shapes: n tokens of all boards, D hidden size, INTER intermediate size, LISTS lists of PER heads each, HEAD values a
head, WIDTH tokens a group, TILE tokens that a program takes at a time. Matrices are ``[out, in]`` as PyTorch has them;
their gradients are f32 and are added to.
Plain twin: `hrm_edge.hrm.Block`.
"""

from __future__ import annotations

import triton
import triton.language as tl


@triton.jit
def _rows(pointer, at, there, width: tl.constexpr, stride):
    """Rows ``at`` of a matrix, ``[len(at), width]`` in f32; zeros where none is there."""
    return tl.load(pointer + at[:, None] * stride + tl.arange(0, width)[None], there[:, None], 0.0).to(tl.float32)


@triton.jit
def _matrix(pointer, rows: tl.constexpr, width: tl.constexpr, stride):
    """The ``[rows, width]`` part of a matrix that begins at ``pointer``."""
    return tl.load(pointer + tl.arange(0, rows)[:, None] * stride + tl.arange(0, width)[None])


@triton.jit
def _put(pointer, at, there, value, width: tl.constexpr, stride):
    to = pointer + at[:, None] * stride + tl.arange(0, width)[None]
    tl.store(to, value.to(pointer.dtype.element_ty), there[:, None])


@triton.jit
def _add(pointer, value, rows: tl.constexpr, width: tl.constexpr, stride):
    """Adds to the ``[rows, width]`` part of a gradient that begins at ``pointer``; programs add at once."""
    tl.atomic_add(pointer + tl.arange(0, rows)[:, None] * stride + tl.arange(0, width)[None], value)


@triton.jit
def _unit(value, eps):
    """RMSNorm over the last axis: value and factor."""
    factor = tl.rsqrt(tl.sum(value * value, 1) / value.shape[1] + eps)
    return value * factor[:, None], factor


@triton.jit
def _unit_back(grad, unit, factor):
    """Gradient of what `_unit` was given."""
    return factor[:, None] * (grad - unit * (tl.sum(grad * unit, 1) / unit.shape[1])[:, None])


@triton.jit
def project(z, injected, matrix, x, qkv, n, D: tl.constexpr, INJECT: tl.constexpr, TILE: tl.constexpr):
    """x = z + injected (only z, and not written, without INJECT), qkv = x matrix^T."""
    at = tl.program_id(0) * TILE + tl.arange(0, TILE)
    there = at < n
    value = _rows(z, at, there, D, D)
    if INJECT:
        value += _rows(injected, at, there, D, D)
        _put(x, at, there, value, D, D)
    value = value.to(matrix.dtype.element_ty)
    for part in tl.static_range(3):
        rows = _matrix(matrix + part * D * D, D, D, D)
        _put(qkv + part * D, at, there, tl.dot(value, tl.trans(rows)), D, 3 * D)


@triton.jit
def _heads(pointer, token, there, stride, PER: tl.constexpr, HEAD: tl.constexpr):
    """The heads of one list at every token, ``[tokens, PER, HEAD]`` in f32."""
    inner = tl.arange(0, PER)[None, :, None] * HEAD + tl.arange(0, HEAD)[None, None, :]
    return tl.load(pointer + token[:, None, None] * stride + inner, there[:, None, None], 0.0).to(tl.float32)


@triton.jit
def _places(lists, n, TOKENS: tl.constexpr, WIDTH: tl.constexpr, TILE: tl.constexpr):
    """This program's tokens, in the order of its list: which there are, the first of their board, where the list has
    their group, and the tokens themselves."""
    at = tl.program_id(1) * TILE + tl.arange(0, TILE)
    first = at // TOKENS * TOKENS
    place = at % TOKENS
    lists += tl.program_id(0) * TOKENS
    return at < n, first, lists + place // WIDTH * WIDTH, first + tl.load(lists + place)


@triton.jit
def attend(
    qkv, lists, out, mass, n, scale, TOKENS: tl.constexpr, WIDTH: tl.constexpr, LISTS: tl.constexpr, PER: tl.constexpr,
    HEAD: tl.constexpr, TILE: tl.constexpr,
):  # fmt: skip
    """Softmax attention inside groups; mass is the logarithm of the sum under each fraction, ``[n, heads]``.

    lists: int32 ``[LISTS, TOKENS]``, the tokens of a board group by group.
    """
    which = tl.program_id(0)
    D: tl.constexpr = LISTS * PER * HEAD
    there, first, group, me = _places(lists, n, TOKENS, WIDTH, TILE)
    qkv += which * PER * HEAD
    q = _heads(qkv, me, there, 3 * D, PER, HEAD) * scale
    most = tl.full((TILE, PER), float("-inf"), tl.float32)
    total = tl.zeros((TILE, PER), tl.float32)
    found = tl.zeros((TILE, PER, HEAD), tl.float32)
    for j in tl.static_range(WIDTH):
        other = first + tl.load(group + j)
        score = tl.sum(q * _heads(qkv + D, other, there, 3 * D, PER, HEAD), 2)
        higher = tl.maximum(most, score)
        keep = tl.exp(most - higher)
        share = tl.exp(score - higher)
        total = total * keep + share
        found = found * keep[:, :, None] + share[:, :, None] * _heads(qkv + 2 * D, other, there, 3 * D, PER, HEAD)
        most = higher
    found /= total[:, :, None]
    inner = tl.arange(0, PER)[None, :, None] * HEAD + tl.arange(0, HEAD)[None, None, :]
    out += which * PER * HEAD
    tl.store(out + me[:, None, None] * D + inner, found.to(out.dtype.element_ty), there[:, None, None])
    mass += which * PER
    tl.store(mass + me[:, None] * (LISTS * PER) + tl.arange(0, PER)[None], most + tl.log(total), there[:, None])


@triton.jit
def attend_back(
    qkv, lists, out, mass, dout, dqkv, n, scale, TOKENS: tl.constexpr, WIDTH: tl.constexpr, LISTS: tl.constexpr,
    PER: tl.constexpr, HEAD: tl.constexpr, TILE: tl.constexpr,
):  # fmt: skip
    """Gradients of queries, keys and values. A group's tokens read each other, so each gathers its own: no atomics."""
    which = tl.program_id(0)
    D: tl.constexpr = LISTS * PER * HEAD
    there, first, group, me = _places(lists, n, TOKENS, WIDTH, TILE)
    qkv += which * PER * HEAD
    out += which * PER * HEAD
    dout += which * PER * HEAD
    mass += which * PER + tl.arange(0, PER)[None]
    q = _heads(qkv, me, there, 3 * D, PER, HEAD) * scale
    k = _heads(qkv + D, me, there, 3 * D, PER, HEAD)
    v = _heads(qkv + 2 * D, me, there, 3 * D, PER, HEAD)
    do = _heads(dout, me, there, D, PER, HEAD)
    own = tl.sum(do * _heads(out, me, there, D, PER, HEAD), 2)
    log = tl.load(mass + me[:, None] * (LISTS * PER), there[:, None], 0.0)
    dq = tl.zeros((TILE, PER, HEAD), tl.float32)
    dk = tl.zeros((TILE, PER, HEAD), tl.float32)
    dv = tl.zeros((TILE, PER, HEAD), tl.float32)
    for j in tl.static_range(WIDTH):
        other = first + tl.load(group + j)
        kj = _heads(qkv + D, other, there, 3 * D, PER, HEAD)
        vj = _heads(qkv + 2 * D, other, there, 3 * D, PER, HEAD)
        share = tl.exp(tl.sum(q * kj, 2) - log)  # of the other's value that this token took
        dq += (share * (tl.sum(do * vj, 2) - own))[:, :, None] * kj
        qj = _heads(qkv, other, there, 3 * D, PER, HEAD) * scale
        doj = _heads(dout, other, there, D, PER, HEAD)
        ownj = tl.sum(doj * _heads(out, other, there, D, PER, HEAD), 2)
        logj = tl.load(mass + other[:, None] * (LISTS * PER), there[:, None], 0.0)
        share = tl.exp(tl.sum(qj * k, 2) - logj)  # of this token's value that the other took
        dv += share[:, :, None] * doj
        dk += (share * (tl.sum(doj * v, 2) - ownj))[:, :, None] * qj
    inner = tl.arange(0, PER)[None, :, None] * HEAD + tl.arange(0, HEAD)[None, None, :]
    to = dqkv + which * PER * HEAD + me[:, None, None] * (3 * D) + inner
    tl.store(to, (dq * scale).to(dqkv.dtype.element_ty), there[:, None, None])
    tl.store(to + D, dk.to(dqkv.dtype.element_ty), there[:, None, None])
    tl.store(to + 2 * D, dv.to(dqkv.dtype.element_ty), there[:, None, None])


@triton.jit
def finish(
    x, out, o, gate_up, down, z, factors, n, eps, D: tl.constexpr, INTER: tl.constexpr, TILE: tl.constexpr,
):  # fmt: skip
    """z = norm(y + mlp(y)) of y = norm(x + out o^T); factors ``[n]`` of the second norm."""
    TYPE: tl.constexpr = o.dtype.element_ty
    at = tl.program_id(0) * TILE + tl.arange(0, TILE)
    there = at < n
    attended = _rows(out, at, there, D, D).to(TYPE)
    y, _ = _unit(_rows(x, at, there, D, D) + tl.dot(attended, tl.trans(_matrix(o, D, D, D))), eps)
    y = y.to(TYPE)
    value = y.to(tl.float32)
    for c in tl.static_range(INTER // D):
        gate = tl.dot(y, tl.trans(_matrix(gate_up + c * D * D, D, D, D)))
        up = tl.dot(y, tl.trans(_matrix(gate_up + (INTER + c * D) * D, D, D, D)))
        h = (gate * tl.sigmoid(gate) * up).to(TYPE)
        value = tl.dot(h, tl.trans(_matrix(down + c * D, D, D, INTER)), value)
    value, factor = _unit(value, eps)
    _put(z, at, there, value, D, D)
    tl.store(factors + at, factor, there)


@triton.jit
def finish_back(
    x, out, z, factors, dz, o, gate_up, down, dout, dx, y, dvalue, n, eps, D: tl.constexpr, INTER: tl.constexpr,
    TILE: tl.constexpr,
):  # fmt: skip
    """From dz: dout, dx (without what comes through the attention), and for `mlp_back` y and the gradient before the
    second norm."""
    TYPE: tl.constexpr = o.dtype.element_ty
    at = tl.program_id(0) * TILE + tl.arange(0, TILE)
    there = at < n
    attended = _rows(out, at, there, D, D).to(TYPE)
    unit, first = _unit(_rows(x, at, there, D, D) + tl.dot(attended, tl.trans(_matrix(o, D, D, D))), eps)
    yb = unit.to(TYPE)
    factor = tl.load(factors + at, there, 0.0)
    grad = _unit_back(_rows(dz, at, there, D, D), _rows(z, at, there, D, D), factor)
    gb = grad.to(TYPE)
    _put(y, at, there, unit, D, D)
    _put(dvalue, at, there, grad, D, D)
    for c in tl.static_range(INTER // D):
        to_gate = _matrix(gate_up + c * D * D, D, D, D)
        to_up = _matrix(gate_up + (INTER + c * D) * D, D, D, D)
        gate = tl.dot(yb, tl.trans(to_gate))
        up = tl.dot(yb, tl.trans(to_up))
        dh = tl.dot(gb, _matrix(down + c * D, D, D, INTER))
        sigmoid = tl.sigmoid(gate)
        dgate = (dh * up * sigmoid * (1 + gate * (1 - sigmoid))).to(TYPE)
        grad = tl.dot(dgate, to_gate, grad)
        grad = tl.dot((dh * gate * sigmoid).to(TYPE), to_up, grad)
    grad = _unit_back(grad, unit, first)
    _put(dx, at, there, grad, D, D)
    _put(dout, at, there, tl.dot(grad.to(TYPE), _matrix(o, D, D, D)), D, D)


@triton.jit
def mlp_back(
    y, dvalue, gate_up, down, dgate_up, ddown, n, D: tl.constexpr, INTER: tl.constexpr, TILE: tl.constexpr,
):  # fmt: skip
    """Gradients of the MLP's matrices; one program takes D of its INTER channels of every so many tokens."""
    TYPE: tl.constexpr = down.dtype.element_ty
    c = tl.program_id(0)
    to_gate = tl.trans(_matrix(gate_up + c * D * D, D, D, D))
    to_up = tl.trans(_matrix(gate_up + (INTER + c * D) * D, D, D, D))
    from_h = _matrix(down + c * D, D, D, INTER)
    dto_gate = tl.zeros((D, D), tl.float32)
    dto_up = tl.zeros((D, D), tl.float32)
    dfrom_h = tl.zeros((D, D), tl.float32)
    for start in range(tl.program_id(1) * TILE, n, tl.num_programs(1) * TILE):
        at = start + tl.arange(0, TILE)
        there = at < n
        yb = _rows(y, at, there, D, D).to(TYPE)
        gb = _rows(dvalue, at, there, D, D).to(TYPE)
        gate = tl.dot(yb, to_gate)
        up = tl.dot(yb, to_up)
        dh = tl.dot(gb, from_h)
        sigmoid = tl.sigmoid(gate)
        h = (gate * sigmoid * up).to(TYPE)
        dfrom_h = tl.dot(tl.trans(gb), h, dfrom_h)
        dup = (dh * gate * sigmoid).to(TYPE)
        dto_up = tl.dot(tl.trans(dup), yb, dto_up)
        dgate = (dh * up * sigmoid * (1 + gate * (1 - sigmoid))).to(TYPE)
        dto_gate = tl.dot(tl.trans(dgate), yb, dto_gate)
    _add(dgate_up + c * D * D, dto_gate, D, D, D)
    _add(dgate_up + (INTER + c * D) * D, dto_up, D, D, D)
    _add(ddown + c * D, dfrom_h, D, D, INTER)


@triton.jit
def project_back(
    x, dqkv, out, dx, matrix, total, dmatrix, do, n, D: tl.constexpr, TILE: tl.constexpr,
):  # fmt: skip
    """total = dx + dqkv matrix, the gradient of the block's input; gradients of ``matrix`` and of o."""
    TYPE: tl.constexpr = matrix.dtype.element_ty
    q_rows = _matrix(matrix, D, D, D)
    k_rows = _matrix(matrix + D * D, D, D, D)
    v_rows = _matrix(matrix + 2 * D * D, D, D, D)
    dq_rows = tl.zeros((D, D), tl.float32)
    dk_rows = tl.zeros((D, D), tl.float32)
    dv_rows = tl.zeros((D, D), tl.float32)
    do_rows = tl.zeros((D, D), tl.float32)
    for start in range(tl.program_id(0) * TILE, n, tl.num_programs(0) * TILE):
        at = start + tl.arange(0, TILE)
        there = at < n
        xb = _rows(x, at, there, D, D).to(TYPE)
        grad = _rows(dx, at, there, D, D)
        do_rows = tl.dot(tl.trans(grad.to(TYPE)), _rows(out, at, there, D, D).to(TYPE), do_rows)
        dq = _rows(dqkv, at, there, D, 3 * D).to(TYPE)
        grad = tl.dot(dq, q_rows, grad)
        dq_rows = tl.dot(tl.trans(dq), xb, dq_rows)
        dk = _rows(dqkv + D, at, there, D, 3 * D).to(TYPE)
        grad = tl.dot(dk, k_rows, grad)
        dk_rows = tl.dot(tl.trans(dk), xb, dk_rows)
        dv = _rows(dqkv + 2 * D, at, there, D, 3 * D).to(TYPE)
        grad = tl.dot(dv, v_rows, grad)
        dv_rows = tl.dot(tl.trans(dv), xb, dv_rows)
        _put(total, at, there, grad, D, D)
    _add(dmatrix, dq_rows, D, D, D)
    _add(dmatrix + D * D, dk_rows, D, D, D)
    _add(dmatrix + 2 * D * D, dv_rows, D, D, D)
    _add(do, do_rows, D, D, D)

"""The fused block (block.cpp) as an autograd function over a whole level: several blocks on one input.

Plain PyTorch twin: `hrm_edge.hrm.Level`, which also runs wherever the kernel does not apply (other device or dtype,
sizes without a kernel, no compiler).
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from ctypes import c_float, c_int, c_void_p
from functools import lru_cache, partial
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

from ..rounding import matrices, round_weight
from .build import load

if TYPE_CHECKING:
    from ..hrm import HRM
    from ..lists import Geometry

_SIZES = [c_int] * 8 + [c_float]


@lru_cache
def _library():
    lib = load("block")
    if lib is None or not torch.backends.cpu.get_cpu_capability().startswith("AVX"):
        return None
    lib.hrm_block_fits.argtypes = [c_int] * 6
    lib.hrm_block_forward.argtypes = _SIZES + [c_void_p] * 14
    lib.hrm_block_backward.argtypes = _SIZES + [c_void_p] * 19
    return lib


@lru_cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads)


def available(tokens: int, hidden: int, heads: int, inter: int, count: int, group: int) -> bool:
    lib = _library()
    return lib is not None and bool(lib.hrm_block_fits(tokens, hidden, heads, inter, count, group))


def _split(boards: int) -> list[tuple[int, int]]:
    """Even runs of boards, one a thread: (first, number)."""
    threads = min(torch.get_num_threads(), boards)
    cuts = [boards * i // threads for i in range(threads + 1)]
    return [(a, b - a) for a, b in pairwise(cuts)]


def _run(jobs: list) -> None:
    codes = [jobs[0]()] if len(jobs) == 1 else list(_pool(len(jobs)).map(lambda job: job(), jobs))
    if any(codes):
        raise MemoryError("block kernel: out of memory")


def _at(t: Tensor | None, board: int) -> int | None:
    return None if t is None else t.data_ptr() + board * t.stride(0) * 4


class FusedLevel(torch.autograd.Function):
    """y = blocks(z + injected). weights: qkv, o, gate_up, down of every block in turn, and where ``lists`` is a table
    its bias.

    lists: int32, the groups of every head ``[heads, count, g]`` or one table of all heads ``[tokens, g]``.
    rounded: rows are, as by `rounding.round_rows`; the weights come so.
    """

    @staticmethod
    def forward(
        ctx, lists: Tensor, heads: int, rounded: bool, eps: float, z: Tensor, injected: Tensor, *weights: Tensor
    ):
        lib, (boards, tokens) = _library(), z.shape[:2]
        weights = tuple(w.detach().contiguous() for w in weights)
        ctx.eps, ctx.sizes, ctx.count = eps, _sizes(lists, heads, rounded, z, weights), len(weights)
        sizes = ctx.sizes
        adds = (z.contiguous(), injected.contiguous())
        x = torch.empty_like(adds[0])
        saved = [x]
        for w in _blocks(lists, weights):
            a, mid, y = (torch.empty_like(x) for _ in range(3))
            r1, r2 = (x.new_empty(boards, tokens) for _ in range(2))

            def job(first, n, x=x, adds=adds, out=(a, mid, y, r1, r2), w=w):
                return lambda: lib.hrm_block_forward(
                    n, *sizes, eps, lists.data_ptr(), _at(w.bias, 0), *(_at(t, first) for t in (*adds, x)),
                    *(t.data_ptr() for t in w.matrices), *(_at(t, first) for t in out),
                )  # fmt: skip

            _run([job(*part) for part in _split(boards)])
            saved += [a, mid, y, r1, r2]
            x, adds = y, (y, None)
        ctx.save_for_backward(lists, *weights, *saved)
        return x

    @staticmethod
    def backward(ctx, dy: Tensor):
        lib, (lists, *rest) = _library(), ctx.saved_tensors
        weights, saved = rest[: ctx.count], rest[ctx.count :]
        dy = dy.contiguous()
        sizes = ctx.sizes
        grads: list[Tensor] = []
        for i, w in reversed(list(enumerate(_blocks(lists, weights)))):
            x = saved[5 * i - 2 if i else 0]  # the output of the block before
            a, mid, y, r1, r2 = saved[5 * i + 1 : 5 * i + 6]
            dx = torch.empty_like(x)
            parts = _split(len(dy))
            dws = [_Weights([torch.zeros_like(t) for t in w.matrices], _zeros(w.bias)) for _ in parts]

            def job(first, n, dw, x=x, dy=dy, dx=dx, kept=(a, mid, y, r1, r2), w=w):
                return lambda: lib.hrm_block_backward(
                    n, *sizes, ctx.eps, lists.data_ptr(), _at(w.bias, 0), _at(x, first),
                    *(t.data_ptr() for t in w.matrices), *(_at(t, first) for t in (*kept, dy, dx)),
                    *(t.data_ptr() for t in dw.matrices), _at(dw.bias, 0),
                )  # fmt: skip

            _run([job(*part, dw) for part, dw in zip(parts, dws, strict=True)])
            for other in dws[1:]:  # fixed order: the same sum on every run
                for to, d in zip(dws[0].all(), other.all(), strict=True):
                    to += d
            grads = dws[0].all() + grads
            dy = dx
        return None, None, None, None, dy, dy, *grads


class _Weights(NamedTuple):
    """Weights of one block, or their gradients."""

    matrices: list[Tensor]
    bias: Tensor | None

    def all(self) -> list[Tensor]:
        return self.matrices + ([] if self.bias is None else [self.bias])


def _zeros(like: Tensor | None) -> Tensor | None:
    return None if like is None else torch.zeros_like(like)


def _blocks(lists: Tensor, weights: Sequence[Tensor]) -> list[_Weights]:
    """The weights of every block in turn: a table has a bias after the four matrices."""
    n = 4 if lists.ndim == 3 else 5
    return [_Weights(list(weights[i : i + 4]), weights[i + 4] if n == 5 else None) for i in range(0, len(weights), n)]


def _sizes(lists: Tensor, heads: int, rounded: bool, z: Tensor, weights: Sequence[Tensor]) -> tuple[int, ...]:
    """tokens, hidden, heads, inter, count, g, rounded of block.cpp."""
    count = lists.shape[1] if lists.ndim == 3 else 0
    return (*z.shape[1:], heads, weights[3].shape[1], count, lists.shape[-1], int(rounded))


def fuse(model: HRM, geometry: Geometry | None = None) -> bool:
    """Makes both levels of ``model`` run fused while they get float32 CPU tensors. Returns whether a kernel fits.

    Weights and state dict stay as they are; other dtypes, devices and boards still run the plain blocks.
    """
    config, geometry = model.config, geometry or model.geometry
    lists = _lists(geometry, config.list_bias) if config.attention == "lists" else None
    if lists is None:
        return False
    count = lists.shape[1] if lists.ndim == 3 else 0
    sizes = (geometry.tokens, config.hidden_size, config.num_heads, config.intermediate_size, count, lists.shape[-1])
    if not available(*sizes):
        return False
    for level in (model.H_level, model.L_level):
        level.forward = partial(_fused_forward, level, type(level).forward, lists, geometry)
    return True


def _lists(geometry: Geometry, has_bias: bool) -> Tensor | None:
    """``lists`` of `FusedLevel`: all heads in groups of one size without a bias, or all along one table with one."""
    runs = geometry.runs
    if has_bias:
        tables = {run.table for run in runs}
        name = tables.pop()
        return None if tables or name is None else getattr(geometry, name).int()
    if any(run.clique is None for run in runs):
        return None
    cliques = [run.clique for run in runs for _ in range(run.start, run.stop)]
    if len({(c.groups, c.width) for c in cliques}) != 1:
        return None
    return torch.stack([clique.members() for clique in cliques]).int()


def _fused_forward(level, plain, lists: Tensor, made_for: Geometry, z, injected, geometry, rope):
    if z.dtype != torch.float32 or z.device.type != "cpu" or geometry is not made_for:
        return plain(level, z, injected, geometry, rope)
    weights = []
    for block in level.layers:
        for linear in matrices(block):
            weights.append(round_weight(linear.weight) if linear.rounded else linear.weight)
        if block.self_attn.list_bias is not None:
            weights.append(block.self_attn.list_bias)
    attention = level.layers[0].self_attn
    rounded = attention.qkv_proj.rounded
    return FusedLevel.apply(lists, attention.heads, rounded, level.layers[0].eps, z, injected, *weights)

"""The fused block (block.cpp) as an autograd function over a whole level: several blocks on one input.

Plain PyTorch twin: `hrm_edge.hrm.Level`, which also runs wherever the kernel does not apply (other device or dtype,
sizes without a kernel, no compiler).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from ctypes import c_float, c_int, c_void_p
from functools import lru_cache, partial
from itertools import pairwise
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from .build import load

if TYPE_CHECKING:
    from ..hrm import HRM
    from ..lists import Geometry

_SIZES = [c_int] * 7 + [c_float]


@lru_cache
def _library():
    lib = load("block")
    if lib is None or not torch.backends.cpu.get_cpu_capability().startswith("AVX"):
        return None
    lib.hrm_block_fits.argtypes = [c_int] * 6
    lib.hrm_block_forward.argtypes = _SIZES + [c_void_p] * 13
    lib.hrm_block_backward.argtypes = _SIZES + [c_void_p] * 17
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
    """y = blocks(z + injected). weights: qkv, o, gate_up, down of every block in turn."""

    @staticmethod
    def forward(ctx, groups: Tensor, eps: float, z: Tensor, injected: Tensor, *weights: Tensor):
        lib, (boards, tokens, hidden) = _library(), z.shape
        heads, count, g = groups.shape
        inter = weights[3].shape[1]
        weights = tuple(w.detach().contiguous() for w in weights)
        adds = (z.contiguous(), injected.contiguous())
        x = torch.empty_like(adds[0])
        saved = [x]
        for i in range(0, len(weights), 4):
            a, mid, y = (torch.empty_like(x) for _ in range(3))
            r1, r2 = (x.new_empty(boards, tokens) for _ in range(2))

            def job(first, n, x=x, adds=adds, out=(a, mid, y, r1, r2), w=weights[i : i + 4]):
                return lambda: lib.hrm_block_forward(
                    n, tokens, hidden, heads, inter, count, g, eps, groups.data_ptr(),
                    *(_at(t, first) for t in (*adds, x)), *(t.data_ptr() for t in w), *(_at(t, first) for t in out),
                )  # fmt: skip

            _run([job(*part) for part in _split(boards)])
            saved += [a, mid, y, r1, r2]
            x, adds = y, (y, None)
        ctx.save_for_backward(groups, *weights, *saved)
        ctx.eps, ctx.count = eps, len(weights)
        return x

    @staticmethod
    def backward(ctx, dy: Tensor):
        lib, (groups, *rest) = _library(), ctx.saved_tensors
        weights, saved = rest[: ctx.count], rest[ctx.count :]
        heads, count, g = groups.shape
        boards, tokens, hidden = dy.shape
        inter = weights[3].shape[1]
        dy = dy.contiguous()
        grads: list[Tensor] = []
        for i in range(len(weights) - 4, -1, -4):
            w, k = weights[i : i + 4], i // 4 * 5
            x = saved[k - 2 if k else 0]  # the output of the block before
            a, mid, y, r1, r2 = saved[k + 1 : k + 6]
            dx = torch.empty_like(x)
            parts = _split(boards)
            dws = [[torch.zeros_like(t) for t in w] for _ in parts]

            def job(first, n, dw, x=x, dy=dy, dx=dx, kept=(a, mid, y, r1, r2), w=w):
                return lambda: lib.hrm_block_backward(
                    n, tokens, hidden, heads, inter, count, g, ctx.eps, groups.data_ptr(),
                    _at(x, first), *(t.data_ptr() for t in w), *(_at(t, first) for t in (*kept, dy, dx)),
                    *(t.data_ptr() for t in dw),
                )  # fmt: skip

            _run([job(*part, dw) for part, dw in zip(parts, dws, strict=True)])
            for other in dws[1:]:  # fixed order: the same sum on every run
                for to, d in zip(dws[0], other, strict=True):
                    to += d
            grads = dws[0] + grads
            dy = dx
        return None, None, dy, dy, *grads


def fuse(model: HRM, geometry: Geometry | None = None) -> bool:
    """Makes both levels of ``model`` run fused while they get float32 CPU tensors. Returns whether a kernel fits.

    Weights and state dict stay as they are; other dtypes, devices and boards still run the plain blocks.
    """
    config, geometry = model.config, geometry or model.geometry
    if config.attention != "lists" or config.list_bias or any(run.clique is None for run in geometry.runs):
        return False
    lists = [run.clique for run in geometry.runs for _ in range(run.start, run.stop)]
    shapes = {(c.groups, c.width) for c in lists}
    if len(shapes) != 1:
        return False
    count, width = shapes.pop()
    sizes = (geometry.tokens, config.hidden_size, config.num_heads, config.intermediate_size, count, width)
    if not available(*sizes):
        return False
    index = torch.arange(geometry.tokens).view(1, -1, 1, 1, 1).expand(1, -1, 3, 1, 1)
    groups = torch.stack([c.gather(index)[0, 0, 0, :, :, 0] for c in lists]).int()
    for level in (model.H_level, model.L_level):
        level.forward = partial(_fused_forward, level, type(level).forward, groups, geometry, config.rms_norm_eps)
    return True


def _fused_forward(level, plain, groups: Tensor, made_for: Geometry, eps: float, z, injected, geometry, rope):
    if z.dtype != torch.float32 or z.device.type != "cpu" or geometry is not made_for:
        return plain(level, z, injected, geometry, rope)
    weights = [
        w
        for block in level.layers
        for w in (
            block.self_attn.qkv_proj.weight,
            block.self_attn.o_proj.weight,
            block.mlp.gate_up_proj.weight,
            block.mlp.down_proj.weight,
        )
    ]
    return FusedLevel.apply(groups, eps, z, injected, *weights)

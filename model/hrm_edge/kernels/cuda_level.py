"""The kernels of cuda_block.py as an autograd function over a whole level: several blocks on one input.

Plain PyTorch twin: `hrm_edge.hrm.Level`.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from triton import cdiv

from ..hrm import HRM, Level
from ..lists import Geometry
from ..rounding import matrices
from . import cuda_block as kernels


class Launch(NamedTuple):
    """How a kernel is started: tokens of a program at a time, warps, stages of its loop."""

    tile: int
    warps: int = 4
    stages: int = 2

    @property
    def options(self) -> dict[str, int]:
        return {"TILE": self.tile, "num_warps": self.warps, "num_stages": self.stages}


# Measured on an H200.
PROJECT, ATTEND, FINISH = Launch(128), Launch(128), Launch(64)
FINISH_BACK, MLP_BACK, ATTEND_BACK, PROJECT_BACK = Launch(128, 8), Launch(128, 8), Launch(64, 2), Launch(64, 8)
# Programs of the kernels that add up gradients.
MLP_PROGRAMS, PROJECT_PROGRAMS = 264, 132


class Shape(NamedTuple):
    """Sizes of a model that the kernels are compiled for."""

    hidden: int
    inter: int
    lists: int
    heads: int  # of a list
    width: int  # tokens of a group
    tokens: int  # of a board


def fits(model: HRM) -> Shape | None:
    """The shape of a model of candidates that the kernels take, None of another: heads in groups of one size, powers
    of two.
    """
    config, geometry = model.config, model.geometry
    if config.token_kind != "candidates":
        return None  # cells without a bias would fit, but the trainer expects one logit a token
    cliques = [run.clique for run in geometry.runs]
    heads = {run.stop - run.start for run in geometry.runs}
    if config.list_bias or not cliques or None in cliques or len(heads) != 1:
        return None
    widths = {clique.width for clique in cliques if clique is not None}
    powers = (config.hidden_size, config.head_dim, *heads)
    if len(widths) != 1 or any(p & (p - 1) for p in powers) or config.hidden_size not in (32, 64):
        return None
    if config.intermediate_size % config.hidden_size or config.puzzle_emb_len:
        return None
    return Shape(config.hidden_size, config.intermediate_size, len(cliques), heads.pop(), widths.pop(), geometry.tokens)


class LevelOnGpu:
    """Lists and 16-bit copies of a level's matrices; their gradients go straight to ``.grad`` of the f32 ones.

    `refresh` comes before the first use after an update.
    """

    def __init__(self, level: Level, shape: Shape, lists: Tensor, dtype: torch.dtype) -> None:
        self.shape, self.lists, self.eps = shape, lists, level.layers[0].eps
        self.blocks = [[linear.weight for linear in matrices(block)] for block in level.layers]
        self.copies = [[w.detach().to(dtype) for w in block] for block in self.blocks]

    def refresh(self) -> None:
        """Takes the matrices over, and gives each a gradient to add to."""
        with torch.no_grad():
            for block, copies in zip(self.blocks, self.copies, strict=True):
                for weight, copy in zip(block, copies, strict=True):
                    copy.copy_(weight)
                    if weight.grad is None:
                        weight.grad = torch.zeros_like(weight)

    def __call__(self, z: Tensor, injected: Tensor, geometry: Geometry, rope: None) -> Tensor:
        return _Blocks.apply(self, z, injected)

    def forward(self, index: int, z: Tensor, injected: Tensor | None) -> tuple[Tensor, tuple[Tensor, ...]]:
        """One block on ``z + injected [B, T, D]``: its output, and what its backward pass needs."""
        s, (qkv_proj, o, gate_up, down) = self.shape, self.copies[index]
        n = z.numel() // s.hidden
        x = z if injected is None else torch.empty_like(z)
        qkv = z.new_empty((n, 3 * s.hidden))
        out, result = torch.empty_like(z), torch.empty_like(z)
        mass = z.new_empty((n, s.lists * s.heads), dtype=torch.float32)
        factors = z.new_empty(n, dtype=torch.float32)
        kernels.project[(cdiv(n, PROJECT.tile),)](
            z, injected, qkv_proj, x, qkv, n, D=s.hidden, INJECT=injected is not None, **PROJECT.options
        )
        head = s.hidden // s.lists // s.heads
        kernels.attend[(s.lists, cdiv(n, ATTEND.tile))](
            qkv, self.lists, out, mass, n, head**-0.5, TOKENS=s.tokens, WIDTH=s.width, LISTS=s.lists, PER=s.heads,
            HEAD=head, **ATTEND.options,
        )  # fmt: skip
        kernels.finish[(cdiv(n, FINISH.tile),)](
            x, out, o, gate_up, down, result, factors, n, self.eps, D=s.hidden, INTER=s.inter, **FINISH.options
        )
        return result, (x, qkv, out, mass, result, factors)

    def backward(self, index: int, kept: tuple[Tensor, ...], dz: Tensor) -> Tensor:
        """Gradient of the block's input; those of its matrices are added to theirs."""
        s, (qkv_proj, o, gate_up, down) = self.shape, self.copies[index]
        d_qkv_proj, d_o, d_gate_up, d_down = (w.grad for w in self.blocks[index])
        x, qkv, out, mass, z, factors = kept
        n = z.numel() // s.hidden
        dout, dx, y, dvalue = (torch.empty_like(z) for _ in range(4))
        kernels.finish_back[(cdiv(n, FINISH_BACK.tile),)](
            x, out, z, factors, dz, o, gate_up, down, dout, dx, y, dvalue, n, self.eps, D=s.hidden, INTER=s.inter,
            **FINISH_BACK.options,
        )  # fmt: skip
        parts = s.inter // s.hidden
        kernels.mlp_back[(parts, MLP_PROGRAMS // parts)](
            y, dvalue, gate_up, down, d_gate_up, d_down, n, D=s.hidden, INTER=s.inter, **MLP_BACK.options
        )
        dqkv = torch.empty_like(qkv)
        head = s.hidden // s.lists // s.heads
        kernels.attend_back[(s.lists, cdiv(n, ATTEND_BACK.tile))](
            qkv, self.lists, out, mass, dout, dqkv, n, head**-0.5, TOKENS=s.tokens, WIDTH=s.width, LISTS=s.lists,
            PER=s.heads, HEAD=head, **ATTEND_BACK.options,
        )  # fmt: skip
        kernels.project_back[(PROJECT_PROGRAMS,)](
            x, dqkv, out, dx, qkv_proj, y, d_qkv_proj, d_o, n, D=s.hidden, **PROJECT_BACK.options
        )
        return y


class _Blocks(torch.autograd.Function):
    """z' = blocks(z + injected), ``[B, T, D]``."""

    @staticmethod
    def forward(ctx, level: LevelOnGpu, z: Tensor, injected: Tensor) -> Tensor:
        z, kept = z.contiguous(), []
        for index in range(len(level.blocks)):
            z, needs = level.forward(index, z, injected.contiguous() if index == 0 else None)
            kept += needs
        ctx.level = level
        ctx.save_for_backward(*kept)
        return z

    @staticmethod
    def backward(ctx, dz: Tensor):
        level, kept = ctx.level, ctx.saved_tensors
        size = len(kept) // len(level.blocks)
        dz = dz.contiguous()
        for index in reversed(range(len(level.blocks))):
            dz = level.backward(index, kept[index * size : (index + 1) * size], dz)
        return None, dz, dz


def fuse_on_gpu(model: HRM, dtype: torch.dtype = torch.bfloat16) -> list[LevelOnGpu]:
    """Makes both levels of ``model`` run fused. The caller refreshes them after every update of the weights.

    Weights and state dict stay as they are; inputs must be of ``dtype``. An empty list where no kernel fits.
    """
    shape = fits(model)
    if shape is None:
        return []
    lists = torch.stack([run.clique.members().flatten() for run in model.geometry.runs if run.clique])
    lists = lists.int().contiguous().to(model.H_init.device)
    levels = []
    for level in (model.H_level, model.L_level):
        levels.append(LevelOnGpu(level, shape, lists, dtype))
        level.forward = levels[-1]
    return levels

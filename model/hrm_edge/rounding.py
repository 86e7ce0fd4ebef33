"""Training that knows of int8: weights and rows rounded as the engines round them (docs/numerics.md).

Gradients pass unchanged (the straight-through estimator, arXiv 1308.3432).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from .numerics import quantise_activations
from .quantise import dequantise, quantise_rows

if TYPE_CHECKING:
    from .hrm import HRM, Linear


class _Rounded(torch.autograd.Function):
    """``x`` forward as ``rounded``, backward as it is."""

    @staticmethod
    def forward(ctx, x: Tensor, rounded: Tensor) -> Tensor:
        return rounded.to(x.dtype)

    @staticmethod
    def backward(ctx, dy: Tensor) -> tuple[Tensor, None]:
        return dy, None


def round_rows(x: Tensor) -> Tensor:
    """Rows of a matrix product ``[..., in]``: each to 63 levels of its largest value."""
    with torch.no_grad():
        q, scale = quantise_activations(x.float())
    return _Rounded.apply(x, q * scale)


def round_weight(weight: Tensor) -> Tensor:
    """A matrix ``[out, in]`` as a weights file has it: each output to 127 levels of its largest weight."""
    with torch.no_grad():
        rounded = dequantise(*quantise_rows(weight.float()))
    return _Rounded.apply(weight, rounded)


def round_as_engines(model: HRM) -> None:
    """From now on the matrices that a weights file has in int8, those of both levels, multiply as the engines do."""
    for level in (model.H_level, model.L_level):
        for block in level.layers:
            for linear in matrices(block):
                linear.rounded = True


def matrices(block) -> list[Linear]:
    """The four of a block, in the order in which they are multiplied by."""
    return [block.self_attn.qkv_proj, block.self_attn.o_proj, block.mlp.gate_up_proj, block.mlp.down_proj]

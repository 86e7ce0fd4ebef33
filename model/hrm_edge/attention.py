"""Attention of each head along its list, in plain PyTorch (`hrm_edge.lists` has the lists)."""

from __future__ import annotations

import torch
from torch import Tensor


def group_attention(q: Tensor, k: Tensor, v: Tensor, bias: Tensor | None) -> Tensor:
    """Softmax attention inside groups: the plain twin of every faster kernel.

    ``q, k, v [B, h, groups, g, hd]``, ``bias [h, 1, 1, g]`` -> ``[B, h, groups, g, hd]``.
    """
    scores = (q @ k.transpose(-1, -2)).float() * q.shape[-1] ** -0.5
    if bias is not None:
        scores = scores + bias
    return scores.softmax(-1).to(v.dtype) @ v


def table_attention(qkv: Tensor, table: Tensor, bias: Tensor | None) -> Tensor:
    """Each token reads its own list. ``qkv [B, N, 3, h, hd]``, ``table [N, g]``, ``bias [h, g]`` -> ``[B, N, h, hd]``.

    Entries of -1 are left out; a list of only -1 gives zeros.
    """
    q, k, v = qkv.unbind(2)
    there = table >= 0
    index = table.clamp(min=0)
    scores = torch.einsum("bnhd,bnghd->bnhg", q, k[:, index]).float() * q.shape[-1] ** -0.5
    if bias is not None:
        scores = scores + bias
    # A finite mask: softmax over nothing but -inf has NaN gradients.
    p = scores.masked_fill(~there[:, None], -1e9).softmax(-1) * there[:, None]
    return torch.einsum("bnhg,bnghd->bnhd", p.to(v.dtype), v[:, index])

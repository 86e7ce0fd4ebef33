"""The Hierarchical Reasoning Model (arXiv 2506.21734), structured and official, driven by one config.

Two modules of post-norm Transformer blocks refine a state: L, fast, runs ``L_cycles`` times for each of the
``H_cycles`` runs of H, slow. One `HRM.forward` is one ACT step. State-dict names are those of docs/format.md, which are
those of sapientinc/HRM (``models/hrm/hrm_act_v1.py``) without the wrapper prefix.

Shapes: B boards, N tokens of a board, P prefix tokens, T = P + N, d hidden size, H heads, hd = d / H.
"""

from __future__ import annotations

import math
from contextlib import nullcontext
from typing import Literal, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .attention import group_attention, table_attention
from .config import HRMConfig
from .errors import HrmEdgeError
from .lists import Geometry
from .rounding import round_rows, round_weight

GradMode = Literal["one", "cycle", "full"]


def trunc_normal_(tensor: Tensor, std: float) -> Tensor:
    """Fills with a normal truncated at two deviations, whose deviation *after* truncation is ``std`` (as in JAX)."""
    if std == 0:
        return nn.init.zeros_(tensor)
    # Deviation of the standard normal truncated to [-2, 2].
    shrink = 0.87962566103423978
    with torch.no_grad():
        return nn.init.trunc_normal_(tensor, std=1.0, a=-2.0, b=2.0).mul_(std / shrink)


def rms_norm(x: Tensor, eps: float) -> Tensor:
    """RMSNorm without weights over the last axis; computed in f32."""
    y = x.float()
    return (y * torch.rsqrt(y.square().mean(-1, keepdim=True) + eps)).to(x.dtype)


class Linear(nn.Module):
    """Matrix with truncated LeCun normal start, cast to the dtype of its input."""

    rounded = False  # set by `rounding.round_as_engines`

    def __init__(self, fan_in: int, fan_out: int, bias: bool = False) -> None:
        super().__init__()
        self.weight = nn.Parameter(trunc_normal_(torch.empty(fan_out, fan_in), fan_in**-0.5))
        self.bias = nn.Parameter(torch.zeros(fan_out)) if bias else None

    def forward(self, x: Tensor) -> Tensor:
        bias = None if self.bias is None else self.bias.to(x.dtype)
        if self.rounded:
            return F.linear(round_rows(x), round_weight(self.weight).to(x.dtype), bias)
        return F.linear(x, self.weight.to(x.dtype), bias)


class Embedding(nn.Module):
    """``embedding_weight [rows, d]``."""

    def __init__(self, rows: int, dim: int, std: float) -> None:
        super().__init__()
        self.embedding_weight = nn.Parameter(trunc_normal_(torch.empty(rows, dim), std))


class PuzzleEmbedding(nn.Module):
    """``weights [identifiers, P * d]``; starts at zero as published."""

    def __init__(self, rows: int, dim: int) -> None:
        super().__init__()
        self.weights = nn.Parameter(torch.zeros(rows, dim))


class RotaryEmbedding(nn.Module):
    """``cos_cached``, ``sin_cached [T, hd]``; saved, because the engine reads them from the file.

    Computed in f64, so that every machine rounds to the same f32 tables.
    """

    def __init__(self, dim: int, positions: int, theta: float = 10000.0) -> None:
        super().__init__()
        inverse = 1.0 / (theta ** (torch.arange(0, dim, 2, dtype=torch.float64) / dim))
        angle = torch.outer(torch.arange(positions, dtype=torch.float64), inverse)
        angle = torch.cat((angle, angle), -1)
        self.register_buffer("cos_cached", angle.cos().float())
        self.register_buffer("sin_cached", angle.sin().float())

    def forward(self, x: Tensor) -> Tensor:
        """Turns ``x [B, T, H, hd]``."""
        first, second = x.float().chunk(2, -1)
        turned = torch.cat((-second, first), -1)
        return (x.float() * self.cos_cached[:, None] + turned * self.sin_cached[:, None]).to(x.dtype)


class Attention(nn.Module):
    """Multi-head attention, each head along its list, or all over all (scaled dot-product attention)."""

    def __init__(self, config: HRMConfig, width: int) -> None:
        super().__init__()
        self.heads, self.head_dim = config.num_heads, config.head_dim
        self.qkv_proj = Linear(config.hidden_size, 3 * config.hidden_size)
        self.o_proj = Linear(config.hidden_size, config.hidden_size)
        self.list_bias = nn.Parameter(torch.zeros(config.num_heads, width)) if config.list_bias else None

    def forward(self, x: Tensor, geometry: Geometry, rope: RotaryEmbedding | None) -> Tensor:
        batch, tokens, dim = x.shape
        qkv = self.qkv_proj(x).view(batch, tokens, 3, self.heads, self.head_dim)
        if rope is not None:
            q, k, v = qkv.unbind(2)
            qkv = torch.stack((rope(q), rope(k), v), 2)
        if geometry.runs:
            out = self._lists(qkv, geometry)
        else:
            q, k, v = (t.transpose(1, 2) for t in qkv.unbind(2))
            out = F.scaled_dot_product_attention(q, k, v).transpose(1, 2)
        return self.o_proj(out.reshape(batch, tokens, dim))

    def _lists(self, qkv: Tensor, geometry: Geometry) -> Tensor:
        runs = geometry.runs
        outs: list[Tensor | None] = [None] * len(runs)
        for bucket in geometry.buckets:
            parts = [runs[i].clique.gather(qkv[:, :, :, runs[i].start : runs[i].stop]) for i in bucket]
            q, k, v = torch.cat(parts, 2).unbind(0)
            bias = None
            if self.list_bias is not None:
                heads = [h for i in bucket for h in range(runs[i].start, runs[i].stop)]
                bias = self.list_bias[heads, : q.shape[-2]][:, None, None]
            out = group_attention(q, k, v, bias)
            for i, part in zip(bucket, out.split([runs[i].stop - runs[i].start for i in bucket], 1), strict=True):
                outs[i] = runs[i].clique.scatter(part)
        for i, run in enumerate(runs):
            if run.table is not None:
                table = getattr(geometry, run.table)
                bias = self.list_bias
                bias = None if bias is None else bias[run.start : run.stop, : table.shape[1]]
                outs[i] = table_attention(qkv[:, :, :, run.start : run.stop], table, bias)
        return torch.cat(outs, 2)


class SwiGLU(nn.Module):
    """``down(silu(gate) * up)``; gate rows stand first in ``gate_up_proj``."""

    def __init__(self, config: HRMConfig) -> None:
        super().__init__()
        self.gate_up_proj = Linear(config.hidden_size, 2 * config.intermediate_size)
        self.down_proj = Linear(config.intermediate_size, config.hidden_size)

    def forward(self, x: Tensor) -> Tensor:
        gate, up = self.gate_up_proj(x).chunk(2, -1)
        return self.down_proj(F.silu(gate) * up)


class Block(nn.Module):
    """Post-norm Transformer block (HRM section 2)."""

    def __init__(self, config: HRMConfig, width: int) -> None:
        super().__init__()
        self.self_attn = Attention(config, width)
        self.mlp = SwiGLU(config)
        self.eps = config.rms_norm_eps

    def forward(self, x: Tensor, geometry: Geometry, rope: RotaryEmbedding | None) -> Tensor:
        x = rms_norm(x + self.self_attn(x, geometry, rope), self.eps)
        return rms_norm(x + self.mlp(x), self.eps)


class Level(nn.Module):
    """One module, H or L: its input is added to its state, then the blocks run."""

    def __init__(self, config: HRMConfig, layers: int, width: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(Block(config, width) for _ in range(layers))

    def forward(self, z: Tensor, injected: Tensor, geometry: Geometry, rope: RotaryEmbedding | None) -> Tensor:
        x = z + injected
        for layer in self.layers:
            x = layer(x, geometry, rope)
        return x


class Carry(NamedTuple):
    """State between ACT steps, ``[B, T, d]`` each; its dtype is the dtype the model computes in."""

    z_H: Tensor
    z_L: Tensor

    def detach(self) -> Carry:
        return Carry(self.z_H.detach(), self.z_L.detach())


class HRM(nn.Module):
    """One Hierarchical Reasoning Model.

    Example:
        >>> model = HRM(structured_sudoku(32))
        >>> carry = model.initial_carry(batch_size=8)
        >>> carry, logits, q = model(carry, tokens)
    """

    def __init__(self, config: HRMConfig) -> None:
        super().__init__()
        self.config = config
        self.geometry = Geometry(config)
        d, width = config.hidden_size, self.geometry.width
        positions = config.puzzle_emb_len + config.seq_len
        # Embeddings leave `_embed` with deviation 1, whatever the scale.
        std = 1.0 / config.embed_scale
        self.embed_tokens = Embedding(config.vocab_size, d, std)
        self.embed_pos = Embedding(positions, d, std) if config.pos_encodings == "learned" else None
        self.rotary_emb = RotaryEmbedding(config.head_dim, positions) if config.pos_encodings == "rope" else None
        prefix = config.puzzle_emb_len * d
        self.puzzle_emb = PuzzleEmbedding(config.num_puzzle_identifiers, prefix) if prefix else None
        self.H_level = Level(config, config.H_layers, width)
        self.L_level = Level(config, config.L_layers, width)
        self.lm_head = Linear(d, config.output_size)
        self.q_head = Linear(d, config.q_outputs, bias=True)
        self.register_buffer("H_init", trunc_normal_(torch.empty(d), 1.0))
        self.register_buffer("L_init", trunc_normal_(torch.empty(d), 1.0))
        # Q starts almost at zero, so that halting waits until it has been learned.
        with torch.no_grad():
            self.q_head.weight.zero_()
            self.q_head.bias.fill_(-5.0)

    def initial_carry(
        self, batch_size: int, *, geometry: Geometry | None = None, dtype: torch.dtype = torch.float32
    ) -> Carry:
        """The start of an attempt: every row of z_H at ``H_init``, of z_L at ``L_init``."""
        tokens = self.config.puzzle_emb_len + (geometry or self.geometry).tokens
        rows = (init.to(dtype).expand(batch_size, tokens, -1).contiguous() for init in (self.H_init, self.L_init))
        return Carry(*rows)

    def embed(self, tokens: Tensor, puzzle_ids: Tensor | None = None) -> Tensor:
        """Input of the step, ``[B, T, d]`` in f32, from ``tokens [B, N]`` and ``puzzle_ids [B]`` (default all 0)."""
        config = self.config
        x = F.embedding(tokens.long(), self.embed_tokens.embedding_weight)
        if self.puzzle_emb is not None:
            if puzzle_ids is None:
                puzzle_ids = torch.zeros(len(tokens), dtype=torch.int64, device=tokens.device)
            prefix = F.embedding(puzzle_ids.long(), self.puzzle_emb.weights)
            x = torch.cat((prefix.view(len(tokens), config.puzzle_emb_len, -1), x), 1)
        if self.embed_pos is not None:
            # 1 / sqrt(2) keeps the variance of a sum of two.
            x = math.sqrt(0.5) * (x + self.embed_pos.embedding_weight)
        return config.embed_scale * x

    def forward(
        self,
        carry: Carry,
        tokens: Tensor,
        puzzle_ids: Tensor | None = None,
        *,
        grad: GradMode = "one",
        geometry: Geometry | None = None,
    ) -> tuple[Carry, Tensor, Tensor]:
        """One ACT step.

        Args:
            carry: state, ``[B, T, d]`` each.
            tokens: ``[B, N]`` integers below ``vocab_size``.
            puzzle_ids: ``[B]`` rows of the puzzle embedding, where the model has one.
            grad: how far gradients reach back: ``one``, the last pass of L and of H (HRM section 2, one-step
                approximation); ``cycle``, the last cycle (all its L passes, and H); ``full``, the whole step and on
                into the given carry, for backpropagation through several steps.
            geometry: another board size than the config's.

        Returns:
            The new carry (not detached), logits ``[B, N, output_size]`` and q ``[B, q_outputs]``, both f32.
        """
        geometry = geometry or self.geometry
        if tokens.shape[1] != geometry.tokens:
            raise HrmEdgeError("board", f"{tokens.shape[1]} tokens for a board of {geometry.tokens}")
        return self.think(carry, self.embed(tokens, puzzle_ids), grad=grad, geometry=geometry)

    def think(
        self, carry: Carry, x: Tensor, *, grad: GradMode = "one", geometry: Geometry | None = None
    ) -> tuple[Carry, Tensor, Tensor]:
        """As `forward`, of a board that `embed` made ``x [B, T, d]`` of."""
        config = self.config
        geometry = geometry or self.geometry
        z_H, z_L = carry if grad == "full" else carry.detach()
        x = x.to(z_H.dtype)
        last_h, last_l = config.H_cycles - 1, config.L_cycles - 1
        for h in range(config.H_cycles):
            for low in range(config.L_cycles):
                tracked = grad == "full" or (h == last_h and (grad == "cycle" or low == last_l))
                with nullcontext() if tracked else torch.no_grad():
                    z_L = self.L_level(z_L, z_H + x, geometry, self.rotary_emb)
            with nullcontext() if grad == "full" or h == last_h else torch.no_grad():
                z_H = self.H_level(z_H, z_L, geometry, self.rotary_emb)
        pool = z_H[:, 0] if config.q_pool == "first" else z_H.float().mean(1)
        logits = self.lm_head(z_H[:, config.puzzle_emb_len :]).float()
        return Carry(z_H, z_L), logits, self.q_head(pool.float())

"""The quantised forward of docs/numerics.md: the PyTorch twin of the engines, equal to them bit for bit."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from . import numerics as nm
from .errors import HrmEdgeError
from .hrm import Carry
from .lists import Geometry, Run
from .weights_file import WeightsFile

# Called with a name relative to the step (see hrm_edge/golden.py) and the value, batch first.
Trace = Callable[[str, Tensor], None]


class QuantisedHRM:
    """Runs a weights file. Same calls as `hrm_edge.hrm.HRM`, float32 on the CPU, no gradients.

    Shapes as in ``hrm.py``: B boards, N tokens, P prefix tokens, T = P + N, d hidden size.
    """

    def __init__(self, weights: WeightsFile) -> None:
        self.config = weights.config
        self.tensors = weights.tensors
        self.geometry = Geometry(weights.config)

    def initial_carry(self, batch_size: int, *, geometry: Geometry | None = None) -> Carry:
        """Every row of z_H at ``H_init``, of z_L at ``L_init``."""
        tokens = self.config.puzzle_emb_len + (geometry or self.geometry).tokens
        return Carry(*(self.tensors[f"{m}_init"].expand(batch_size, tokens, -1).contiguous() for m in "HL"))

    @torch.no_grad()
    def __call__(
        self,
        carry: Carry,
        tokens: Tensor,
        puzzle_ids: Tensor | None = None,
        *,
        geometry: Geometry | None = None,
        trace: Trace | None = None,
    ) -> tuple[Carry, Tensor, Tensor]:
        """One ACT step: new carry, logits ``[B, N, output_size]``, q ``[B, q_outputs]``.

        Args:
            trace: is called with every intermediate.
        """
        config = self.config
        geometry = geometry or self.geometry
        if tokens.shape[1] != geometry.tokens:
            raise HrmEdgeError("board", f"{tokens.shape[1]} tokens for a board of {geometry.tokens}")
        note = trace or (lambda name, value: None)
        z_H, z_L = carry
        x = self.embed(tokens, puzzle_ids)
        note("x", x)
        for h in range(config.H_cycles):
            for low in range(config.L_cycles):
                cycle = h * config.L_cycles + low
                z_L = self._level("L_level", cycle, z_L + (z_H + x), geometry, note)
            z_H = self._level("H_level", h, z_H + z_L, geometry, note)
        logits = nm.dot4(z_H[:, config.puzzle_emb_len :, None], self.tensors["lm_head.weight"])
        q = nm.dot4(self._pool(z_H)[:, None], self.tensors["q_head.weight"]) + self.tensors["q_head.bias"]
        for name, value in (("z_H", z_H), ("z_L", z_L), ("logits", logits), ("q", q)):
            note(name, value)
        return Carry(z_H, z_L), logits, q

    def embed(self, tokens: Tensor, puzzle_ids: Tensor | None = None) -> Tensor:
        """Input of the step, ``[B, T, d]``."""
        config = self.config
        x = self.tensors["embed_tokens.embedding_weight"][tokens.long()]
        if config.puzzle_emb_len:
            ids = torch.zeros(len(tokens), dtype=torch.int64) if puzzle_ids is None else puzzle_ids.long()
            prefix = self.tensors["puzzle_emb.weights"][ids].view(len(tokens), config.puzzle_emb_len, -1)
            x = torch.cat((prefix, x), 1)
        if config.pos_encodings == "learned":
            x = nm.f32(0.70710678) * (x + self.tensors["embed_pos.embedding_weight"])
        return nm.f32(config.embed_scale) * x

    def _pool(self, z_H: Tensor) -> Tensor:
        if self.config.q_pool == "first":
            return z_H[:, 0]
        total = torch.zeros_like(z_H[:, 0])
        for t in range(z_H.shape[1]):
            total = total + z_H[:, t]
        return total / nm.f32(z_H.shape[1])

    def _level(self, level: str, cycle: int, x: Tensor, geometry: Geometry, note: Trace) -> Tensor:
        for i in range(getattr(self.config, f"{level[0]}_layers")):
            traced = f"{level}.cycle{cycle}.layers.{i}"
            x = self._block(f"{level}.layers.{i}", x, geometry, lambda n, v, at=traced: note(f"{at}.{n}", v))
        return x

    def _linear(self, name: str, x: Tensor) -> Tensor:
        return nm.linear(x, self.tensors[f"{name}.weight"], self.tensors[f"{name}.weight_scale"])

    def _block(self, name: str, x: Tensor, geometry: Geometry, note: Trace) -> Tensor:
        eps = self.config.rms_norm_eps
        qkv = self._linear(f"{name}.self_attn.qkv_proj", x)
        note("qkv", qkv)
        attention = self._attention(name, qkv, geometry)
        note("attention", attention)
        x = nm.rms(x + self._linear(f"{name}.self_attn.o_proj", attention), eps)
        note("post_attention", x)
        gate, up = self._linear(f"{name}.mlp.gate_up_proj", x).chunk(2, -1)
        mlp = self._linear(f"{name}.mlp.down_proj", nm.silu(gate) * up)
        note("mlp", mlp)
        x = nm.rms(x + mlp, eps)
        note("out", x)
        return x

    def _attention(self, name: str, flat: Tensor, geometry: Geometry) -> Tensor:
        config = self.config
        batch, tokens, _ = flat.shape
        qkv = flat.view(batch, tokens, 3, config.num_heads, config.head_dim)
        if config.pos_encodings == "rope":
            cos, sin = self.tensors["rotary_emb.cos_cached"], self.tensors["rotary_emb.sin_cached"]
            q, k, v = qkv.unbind(2)
            qkv = torch.stack((nm.rope(q, cos, sin), nm.rope(k, cos, sin), v), 2)
        if config.attention == "full":
            q, k, v = qkv.permute(2, 0, 3, 1, 4)
            out = nm.attend(q, k, v, None).transpose(1, 2)
        else:
            bias = self.tensors.get(f"{name}.self_attn.list_bias")
            out = torch.cat([_attend_run(qkv, run, geometry, bias) for run in geometry.runs], 2)
        return out.reshape(batch, tokens, -1)


def _attend_run(qkv: Tensor, run: Run, geometry: Geometry, bias: Tensor | None) -> Tensor:
    """Heads of one list: ``qkv [B, N, 3, H, hd]`` -> ``[B, N, h, hd]``."""
    qkv = qkv[:, :, :, run.start : run.stop]
    if run.clique is not None:
        q, k, v = run.clique.gather(qkv)
        return run.clique.scatter(nm.attend(q, k, v, _run_bias(bias, run, q.shape[-2])))
    table = getattr(geometry, run.table)
    q, k, v = qkv.permute(2, 0, 3, 1, 4)
    index = table.clamp(min=0)
    there = (table >= 0)[:, None]
    out = nm.attend(q[..., None, :], k[:, :, index], v[:, :, index], _run_bias(bias, run, table.shape[1]), there)
    return out[..., 0, :].transpose(1, 2)


def _run_bias(bias: Tensor | None, run: Run, width: int) -> Tensor | None:
    """``[H, G]`` -> ``[h, 1, 1, width]``, the run's own heads and places."""
    return None if bias is None else bias[run.start : run.stop, None, None, :width]

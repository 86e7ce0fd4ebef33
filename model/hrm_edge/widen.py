"""A model of twice the width that computes the same function, to train on from (Net2Net, arXiv 1511.05641).

Every channel of the state, every inner channel of the MLPs and every head stands twice, its copy right behind it. What
reads such a pair splits each of its weights between the two at random: as both carry the same value, nothing changes,
yet their gradients differ, so that training takes the copies apart. The mean square of a vector whose channels stand
twice is what it was, so RMSNorm changes nothing; nor does attention, whose heads keep their width.

Shapes: d hidden size, H heads, hd = d / H, P prefix tokens; all of the narrow model.
"""

from __future__ import annotations

import torch
from torch import Tensor

from .config import HRMConfig
from .layout import state_shapes
from .quantise import check_state

# The smaller part of a weight that is split is at least this share of it.
LEAST = 0.25

# What counts no channels, and stays as it is.
_KEPT = ("rotary_emb.cos_cached", "rotary_emb.sin_cached", "q_head.bias")


def widen_config(config: HRMConfig) -> HRMConfig:
    """``config`` at twice the width: twice as many heads of the same width, two in a row for each list.

    Raises:
        HrmEdgeError: code ``config`` if a limit of a config is passed, naming it.
    """
    return HRMConfig.parse(
        config.model_dump(exclude_none=True)
        | {
            "hidden_size": 2 * config.hidden_size,
            "num_heads": 2 * config.num_heads,
            "intermediate_size": 2 * config.intermediate_size,
            "lists": [name for name in config.lists for _ in range(2)],
        }
    )


def widen(config: HRMConfig, state: dict[str, Tensor], seed: int = 0) -> tuple[HRMConfig, dict[str, Tensor]]:
    """Config and float32 state dict of a model of twice the width with the function of the given one.

    Args:
        config: of the narrow model.
        state: its float state dict; it is left as it is.
        seed: of the shares that split weights; -2^63 to 2^63 - 1.

    Raises:
        HrmEdgeError: code ``config`` if a limit of a config is passed; ``checkpoint`` or ``quantise`` if ``state`` is
            not that of ``config``, as `check_state`.
    """
    wide = widen_config(config)
    check_state(state, config)
    rng = torch.Generator().manual_seed(seed)
    # In the order of the layout: the shares do not depend on how a file orders its tensors.
    narrow = {name: state[name].detach().float() for name in state_shapes(config)}
    return wide, {name: _widen(name, tensor, config.head_dim, rng) for name, tensor in narrow.items()}


def _widen(name: str, tensor: Tensor, head_dim: int, rng: torch.Generator) -> Tensor:
    """One tensor of the state dict, whatever its shape there."""
    if name in _KEPT:
        return tensor.clone()
    if name.endswith("list_bias"):
        return _twice(tensor, 0)
    if name in ("lm_head.weight", "q_head.weight"):
        return _split(tensor, rng)
    if name.endswith("_proj.weight"):
        # Rows of qkv_proj are [3, H, hd], columns of o_proj [H, hd]: there whole heads stand twice. Rows of
        # gate_up_proj are [2, intermediate size]: with each row twice the gates still stand first.
        rows = _twice(tensor, 0, head_dim if name.endswith("qkv_proj.weight") else 1)
        return _split(rows, rng, head_dim if name.endswith("o_proj.weight") else 1)
    return _twice(tensor, -1)  # embeddings [rows, d], the puzzles' [rows, P * d], H_init and L_init [d]


def _twice(tensor: Tensor, dim: int, block: int = 1) -> Tensor:
    """``[..., n, ...]`` -> ``[..., 2 n, ...]``: along ``dim`` every block of ``block`` stands twice in a row."""
    dim %= tensor.ndim
    return tensor.unflatten(dim, (-1, block)).repeat_interleave(2, dim).flatten(dim, dim + 1)


def _split(weight: Tensor, rng: torch.Generator, block: int = 1) -> Tensor:
    """``[out, n]`` -> ``[out, 2 n]``: columns in pairs of blocks as those of `_twice`, which sum to ``weight``."""
    second = weight - weight * torch.empty_like(weight).uniform_(LEAST, 1 - LEAST, generator=rng)
    # Taking away more than half is exact, so that either way round the sum is `weight` to the last bit.
    pair = [part.unflatten(1, (-1, block)) for part in (weight - second, second)]
    return torch.stack(pair, 2).flatten(1)

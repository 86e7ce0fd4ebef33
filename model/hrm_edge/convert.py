"""Foreign checkpoints -> our config and state dict: official HRM releases, and the starter experiments."""

from __future__ import annotations

import math
import re
from typing import Any

import torch
from torch import Tensor

from .config import HRMConfig, TaskConfig, sudoku_task
from .errors import HrmEdgeError
from .families import structured_sudoku
from .hrm import RotaryEmbedding
from .quantise import check_state, check_tensors

# Vocabularies of the official data sets; 0 pads.
OFFICIAL_TASKS = {
    "sudoku": sudoku_task(symbols=["", ".", *"123456789"]),
    "maze": TaskConfig(name="maze", kind="grid", rows=30, cols=30, symbols=["", *"# SGo"]),
}

_LAB_PARTS = {
    "attn.qkv": "self_attn.qkv_proj",
    "attn.o": "self_attn.o_proj",
    "gu": "mlp.gate_up_proj",
    "dn": "mlp.down_proj",
}
_LAB_NAMES = {
    "emb": "embed_tokens.embedding_weight",
    "head.weight": "lm_head.weight",
    "q.weight": "q_head.weight",
    "q.bias": "q_head.bias",
    "H0": "H_init",
    "L0": "L_init",
}


def convert_lab(loaded: dict[str, Any], *, halt_max_steps: int = 16) -> tuple[HRMConfig, dict[str, Tensor]]:
    """A starter checkpoint (``args``, ``model``, ``ema``): structured Sudoku candidates, heads split over four lists.

    Its averaged weights (``ema``) are taken; 16 ACT steps are what the starters were measured at.

    Raises:
        HrmEdgeError: code ``checkpoint`` if it is not one.
    """
    args, ema = loaded.get("args"), loaded.get("ema")
    if not isinstance(args, dict) or not isinstance(ema, dict) or args.get("mode") != "cube":
        raise HrmEdgeError("checkpoint", "a starter checkpoint has args (mode 'cube') and ema")
    for name in ("d", "heads", "inter", "layers", "H", "L"):
        if type(args.get(name)) is not int:
            raise HrmEdgeError("checkpoint", f"a starter checkpoint has a number args.{name}, not {args.get(name)!r}")
    check_tensors(ema, "ema of a starter checkpoint")
    state: dict[str, Tensor] = {}
    for name, tensor in ema.items():
        match = re.fullmatch(r"([HL])l\.layers\.([0-9]{1,3})\.(attn\.qkv|attn\.o|gu|dn)\.weight", name)
        if match:
            state[f"{match[1]}_level.layers.{match[2]}.{_LAB_PARTS[match[3]]}.weight"] = tensor
        elif name in _LAB_NAMES:
            state[_LAB_NAMES[name]] = tensor
        else:
            raise HrmEdgeError("checkpoint", f"unknown tensor {name} in a starter checkpoint")
    config = structured_sudoku(
        args["d"],
        args["heads"],
        intermediate_size=args["inter"] or None,
        H_layers=args["layers"],
        L_layers=args["layers"],
        H_cycles=args["H"],
        L_cycles=args["L"],
        halt_max_steps=halt_max_steps,
    )
    return config, _floats(state, config)


def _floats(state: dict[str, Tensor], config: HRMConfig) -> dict[str, Tensor]:
    """``state`` in float32, checked first: many tensors may be views of one, and their copies take memory."""
    check_state(state, config)
    return {name: tensor.float() for name, tensor in state.items()}


def _strip(name: str) -> str:
    name = name.replace("_orig_mod.", "")
    return re.sub(r"^(model\.)?(inner\.)?", "", name)


def _layers(state: dict[str, Tensor], level: str) -> int:
    found = {int(m[1]) for name in state if (m := re.match(rf"{level}\.layers\.([0-9]{{1,3}})\.", name))}
    if found != set(range(len(found))) or not found:
        raise HrmEdgeError("checkpoint", f"{level} has no layers, or some are missing")
    return len(found)


def convert_official(
    loaded: dict[str, Any],
    task: TaskConfig,
    *,
    num_heads: int = 8,
    H_cycles: int = 2,
    L_cycles: int = 2,
    halt_max_steps: int = 16,
    rms_norm_eps: float = 1e-5,
    rope_theta: float = 10000.0,
    puzzle_rows: int | None = None,
) -> tuple[HRMConfig, dict[str, Tensor]]:
    """A state dict of sapientinc/HRM, with or without the prefixes of its wrappers.

    Sizes are read from the tensors; what a state dict cannot tell has the published defaults (``config/arch/
    hrm_v1.yaml``).

    Args:
        loaded: what ``torch.load`` gave.
        task: the board and its vocabulary, e.g. ``OFFICIAL_TASKS["sudoku"]``.
        puzzle_rows: keep only this many puzzle-embedding rows (a weights file holds at most 65,536).

    Raises:
        HrmEdgeError: code ``checkpoint`` or ``config``, naming what does not fit.
    """
    check_tensors(loaded, "an official checkpoint")
    state: dict[str, Tensor] = {}
    for name, tensor in loaded.items():
        if _strip(name) in state:
            raise HrmEdgeError("checkpoint", f"{name}: there is another {_strip(name)}, under another prefix")
        state[_strip(name)] = tensor
    embedding = state.get("embed_tokens.embedding_weight")
    gate_up = state.get("L_level.layers.0.mlp.gate_up_proj.weight")
    if embedding is None or embedding.ndim != 2 or not embedding.numel() or gate_up is None or gate_up.ndim != 2:
        raise HrmEdgeError("checkpoint", "no embed_tokens or no L_level: not an official HRM state dict")
    vocab, d = embedding.shape
    prefix, rows = 0, 0
    if "puzzle_emb.weights" in state:
        if state["puzzle_emb.weights"].ndim != 2:
            shape = list(state["puzzle_emb.weights"].shape)
            raise HrmEdgeError("checkpoint", f"puzzle_emb.weights is {shape}, not rows of a puzzle embedding")
        state["puzzle_emb.weights"] = state["puzzle_emb.weights"][:puzzle_rows]
        rows, width = state["puzzle_emb.weights"].shape
        prefix = -(-width // d)
    learned = "embed_pos.embedding_weight" in state
    config = HRMConfig.parse(
        {
            "hidden_size": d,
            "num_heads": num_heads,
            "intermediate_size": gate_up.shape[0] // 2,
            "H_layers": _layers(state, "H_level"),
            "L_layers": _layers(state, "L_level"),
            "H_cycles": H_cycles,
            "L_cycles": L_cycles,
            "rms_norm_eps": rms_norm_eps,
            "embed_scale": math.sqrt(d),
            "halt_max_steps": halt_max_steps,
            "vocab_size": vocab,
            "output_size": vocab,
            "token_kind": "cells",
            "attention": "full",
            "pos_encodings": "learned" if learned else "rope",
            "seq_len": task.cells,
            "puzzle_emb_len": prefix,
            "num_puzzle_identifiers": rows,
            "q_pool": "first",
            "q_outputs": 2,
            "task": task.model_dump(exclude_none=True),
        }
    )
    if rows:
        # The official model pads a narrow embedding with zeros up to whole tokens. After the config has bounded both.
        padding = (0, prefix * d - state["puzzle_emb.weights"].shape[1])
        state["puzzle_emb.weights"] = torch.nn.functional.pad(state["puzzle_emb.weights"], padding)
    if not learned:
        rotary = RotaryEmbedding(config.head_dim, prefix + task.cells, rope_theta)
        state["rotary_emb.cos_cached"] = rotary.cos_cached
        state["rotary_emb.sin_cached"] = rotary.sin_cached
    return config, _floats(state, config)

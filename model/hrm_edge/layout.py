"""Which tensors a config has, and how a weights file stores them (docs/format.md, table of tensors)."""

from __future__ import annotations

from torch import Tensor

from .config import MAX_FLOAT, HRMConfig
from .lists import Geometry

# The matrices of a block; a weights file stores these as int8 and everything else as floats.
MATRICES = ("self_attn.qkv_proj.weight", "self_attn.o_proj.weight", "mlp.gate_up_proj.weight", "mlp.down_proj.weight")


def state_shapes(config: HRMConfig) -> dict[str, tuple[int, ...]]:
    """Float state dict of a model: name -> shape, in the order of docs/format.md."""
    d, inter = config.hidden_size, config.intermediate_size
    positions = config.puzzle_emb_len + config.seq_len
    shapes: dict[str, tuple[int, ...]] = {"embed_tokens.embedding_weight": (config.vocab_size, d)}
    if config.pos_encodings == "learned":
        shapes["embed_pos.embedding_weight"] = (positions, d)
    if config.pos_encodings == "rope":
        shapes["rotary_emb.cos_cached"] = (positions, config.head_dim)
        shapes["rotary_emb.sin_cached"] = (positions, config.head_dim)
    if config.puzzle_emb_len:
        shapes["puzzle_emb.weights"] = (config.num_puzzle_identifiers, config.puzzle_emb_len * d)
    shapes |= {"H_init": (d,), "L_init": (d,)}
    matrices = dict(zip(MATRICES, ((3 * d, d), (d, d), (2 * inter, d), (d, inter)), strict=True))
    for level, layers in (("H_level", config.H_layers), ("L_level", config.L_layers)):
        for i in range(layers):
            for name, shape in matrices.items():
                shapes[f"{level}.layers.{i}.{name}"] = shape
            if config.list_bias:
                shapes[f"{level}.layers.{i}.self_attn.list_bias"] = (config.num_heads, Geometry(config).width)
    shapes["lm_head.weight"] = (config.output_size, d)
    shapes["q_head.weight"] = (config.q_outputs, d)
    shapes["q_head.bias"] = (config.q_outputs,)
    return shapes


def is_matrix(name: str) -> bool:
    """Whether a weights file stores this tensor as int8 with a scale per row."""
    return name.endswith(MATRICES)


def file_tensors(config: HRMConfig) -> dict[str, tuple[str, tuple[int, ...]]]:
    """Tensors of a weights file: name -> (safetensors dtype, shape). Floats stand first, so that they are aligned."""
    shapes = state_shapes(config)
    floats: dict[str, tuple[str, tuple[int, ...]]] = {}
    for name, shape in shapes.items():
        if is_matrix(name):
            floats[f"{name}_scale"] = ("F32", shape[:1])
        else:
            floats[name] = ("F32", shape)
    return floats | {name: ("I8", shape) for name, shape in shapes.items() if is_matrix(name)}


def float_bounds(name: str) -> tuple[float, float]:
    """Least and largest value a weights file may hold in an F32 tensor (docs/numerics.md, last section)."""
    if name.endswith(".weight_scale"):
        return 0.0, MAX_FLOAT
    return (-1.0, 1.0) if name.startswith("rotary_emb.") else (-MAX_FLOAT, MAX_FLOAT)


def within_bounds(name: str, tensor: Tensor) -> bool:
    """Whether every value is finite and within `float_bounds`."""
    low, high = float_bounds(name)
    return bool(((tensor >= low) & (tensor <= high)).all())

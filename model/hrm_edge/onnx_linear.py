"""Matrix products of the exported graph: dequantised, or packed for MatMulNBits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np

from .errors import HrmEdgeError
from .onnx_graph import MICROSOFT, Graph
from .weights_file import WeightsFile

Precision = Literal["fp32", "fp16", "int8", "int4"]

# (value [.., in], matrix name) -> value [.., out]
Linear = Callable[[str, str], str]

# Values of a row that share a scale. The sizes of what ships are multiples of it; `pack` refuses others.
BLOCK = 32


def make_linear(g: Graph, weights: WeightsFile, precision: Precision, q_scale: float) -> Linear:
    """Writes a product once for every call, and its matrix once for all.

    Args:
        q_scale: what the rows of q in ``qkv_proj`` are multiplied by.
    """
    stored: dict[str, tuple[str, ...]] = {}

    def scales_of(name: str) -> np.ndarray:
        scale = weights.tensors[f"{name}.weight_scale"].numpy()
        if name.endswith("qkv_proj"):
            scale = scale.copy()
            scale[: len(scale) // 3] *= q_scale
        return scale

    def linear(x: str, name: str) -> str:
        codes = weights.tensors[f"{name}.weight"].numpy()
        if precision in ("fp32", "fp16"):
            if name not in stored:
                stored[name] = (g.floats((codes * scales_of(name)[:, None]).T),)
            return g.node("MatMul", [x, *stored[name]])
        bits = 8 if precision == "int8" else 4
        if name not in stored:
            packed, scales = pack(name, codes, scales_of(name), bits)
            stored[name] = (g.constant(packed), g.floats(scales))
        rows, cols = codes.shape
        return g.node("MatMulNBits", [x, *stored[name]], MICROSOFT, K=cols, N=rows, bits=bits, block_size=BLOCK)

    return linear


def pack(name: str, codes: np.ndarray, scale: np.ndarray, bits: int) -> tuple[np.ndarray, np.ndarray]:
    """Codes and scales as MatMulNBits wants them: unsigned, the zero in the middle, scales ``[out * blocks]``.

    Eight bits hold the file's own codes exactly; four are rounded anew in every block.

    Args:
        codes: int8 ``[out, in]``.
        scale: ``[out]``.

    Raises:
        HrmEdgeError: code ``onnx`` where ``in`` is no multiple of the block size.
    """
    rows, cols = codes.shape
    if cols % BLOCK:
        raise HrmEdgeError("onnx", f"{name} has {cols} columns: MatMulNBits wants a multiple of {BLOCK}")
    blocks = codes.astype(np.float32).reshape(rows, cols // BLOCK, BLOCK)
    scales = np.repeat(scale[:, None], cols // BLOCK, 1)
    if bits == 8:
        return (blocks + 128).astype(np.uint8), scales.reshape(-1)
    largest = np.abs(blocks).max(-1, keepdims=True)
    step = np.where(largest > 0, largest / 7, 1)
    rounded = (np.clip(np.rint(blocks / step), -7, 7) + 8).astype(np.uint8)
    return rounded[..., 0::2] | (rounded[..., 1::2] << 4), (scales * step[..., 0]).reshape(-1)

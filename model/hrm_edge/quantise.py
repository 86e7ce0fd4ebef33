"""int8 per output channel: float state dict -> tensors of a weights file (docs/numerics.md, last line of "linear")."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from .config import HRMConfig
from .errors import HrmEdgeError
from .layout import file_tensors, float_bounds, is_matrix, state_shapes, within_bounds

FLOATS = (torch.float16, torch.bfloat16, torch.float32, torch.float64)


@dataclass(frozen=True)
class TensorError:
    """Worst quantisation error of one matrix: absolute, and relative to the largest weight of its row."""

    name: str
    absolute: float
    relative: float


def quantise_rows(weight: Tensor) -> tuple[Tensor, Tensor]:
    """``weight [out, in]`` f32 -> int8 ``[out, in]`` and scales f32 ``[out]``; a row of zeros has scale 0."""
    scale = weight.abs().amax(1) / 127
    # A subnormal row can have scale 0 too: dividing by 1 instead makes it zeros.
    divisor = torch.where(scale > 0, scale, torch.ones_like(scale))
    quantised = torch.where(scale[:, None] > 0, weight / divisor[:, None], 0.0)
    return quantised.round().clamp(-127, 127).to(torch.int8), scale


def dequantise(quantised: Tensor, scale: Tensor) -> Tensor:
    """The weights that the file stands for."""
    return quantised.float() * scale[:, None]


def check_tensors(state: dict[Any, Any], what: str) -> None:
    """Checks that ``state`` maps names to tensors that a computation here can read.

    A file of ``torch.save`` may as well hold tensors that are sparse, quantised, complex or without any values (meta),
    and views that read one value many times: a copy of such a one has any size, whatever the file's.

    Raises:
        HrmEdgeError: code ``checkpoint``, naming the first that is something else.
    """
    for name, value in state.items():
        if not (isinstance(name, str) and isinstance(value, Tensor)):
            raise HrmEdgeError("checkpoint", f"{what} is a state dict: names and tensors only")
        if value.device.type != "cpu" or value.layout != torch.strided or value.is_nested or value.dtype not in FLOATS:
            kind = f"{value.dtype}, {value.layout} on {value.device}".replace("torch.", "")
            raise HrmEdgeError("checkpoint", f"{name} is no dense tensor of floats: {kind}")
        if value.numel() * value.element_size() > value.untyped_storage().nbytes():
            raise HrmEdgeError("checkpoint", f"{name} is {list(value.shape)}, but not so many values are stored")


def check_state(state: dict[str, Tensor], config: HRMConfig) -> None:
    """Checks that ``state`` is exactly the float state dict of ``config`` and can be stored.

    Raises:
        HrmEdgeError: code ``checkpoint`` for missing, unknown, misshapen or other tensors, ``quantise`` for a value
            that is not finite or out of the bounds of a weights file.
    """
    check_tensors(state, "what a model is made of")
    shapes = state_shapes(config)
    for name in shapes.keys() - state.keys():
        raise HrmEdgeError("checkpoint", f"no tensor {name}")
    for name in state.keys() - shapes.keys():
        raise HrmEdgeError("checkpoint", f"tensor {name} is not part of this model")
    for name, shape in shapes.items():
        if tuple(state[name].shape) != shape:
            raise HrmEdgeError("checkpoint", f"{name} is {list(state[name].shape)}, the config needs {list(shape)}")
        if not within_bounds(name, state[name].float()):  # as it will be stored
            raise HrmEdgeError("quantise", f"{name} has a value that is not within +-{float_bounds(name)[1]:g}")


def quantise_state(state: dict[str, Tensor], config: HRMConfig) -> tuple[dict[str, Tensor], list[TensorError]]:
    """Quantises a float state dict.

    Returns:
        The tensors of the weights file in file order, and the worst error of every matrix.

    Raises:
        HrmEdgeError: as `check_state`.
    """
    check_state(state, config)
    stored: dict[str, Tensor] = {}
    errors: list[TensorError] = []
    for name, value in state.items():
        tensor = value.detach().to("cpu", torch.float32).contiguous()
        if not is_matrix(name):
            stored[name] = tensor
            continue
        stored[name], scale = quantise_rows(tensor)
        stored[f"{name}_scale"] = scale
        error = (tensor - dequantise(stored[name], scale)).abs()
        peak = tensor.abs().amax(1, keepdim=True).clamp(min=torch.finfo(torch.float32).tiny)
        errors.append(TensorError(name, error.max().item(), (error / peak).max().item()))
    return {name: stored[name] for name in file_tensors(config)}, errors

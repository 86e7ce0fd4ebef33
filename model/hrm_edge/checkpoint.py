"""Checkpoints: what training writes and export reads.

A checkpoint is a ``torch.save`` dict with ``config`` (the ``hrm.config`` text) and a float state dict under ``ema``
or ``model``; ``ema``, the averaged weights, is the one that is evaluated and exported. Other keys are the trainer's.
A weights file (``.safetensors``) is read as the checkpoint that it stands for, so that training can go on from it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from .config import HRMConfig
from .errors import HrmEdgeError
from .hrm import HRM
from .quantise import check_state
from .train_state import clock_of, save_state
from .weights_file import read_weights


def load_dict(path: Path) -> dict[str, Any]:
    """Loads a checkpoint dict to the CPU without running code from it (``weights_only``).

    Raises:
        HrmEdgeError: code ``checkpoint`` if the file cannot be read or holds anything but plain data.
    """
    try:
        loaded = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise HrmEdgeError("checkpoint", f"{path}: cannot be loaded: {error.strerror}") from error
    except Exception as error:  # an unpickler fed with garbage can raise anything, and torch advises to trust the file
        what = "it is no checkpoint of torch.save, or holds more than plain data"
        raise HrmEdgeError("checkpoint", f"{path}: cannot be loaded: {what}") from error
    if not isinstance(loaded, dict):
        raise HrmEdgeError("checkpoint", f"{path}: holds a {type(loaded).__name__}, not a dict")
    return loaded


def load_checkpoint(path: Path) -> tuple[HRMConfig, dict[str, Tensor]]:
    """Config and float state dict of a checkpoint or a weights file.

    Raises:
        HrmEdgeError: code ``checkpoint``, ``config`` or ``weights``.
    """
    if path.suffix == ".safetensors":
        weights = read_weights(path)
        return weights.config, weights.float_state()
    loaded = load_dict(path)
    state = loaded.get("model") if loaded.get("ema") is None else loaded["ema"]
    if not isinstance(loaded.get("config"), str) or not isinstance(state, dict):
        raise HrmEdgeError("checkpoint", f"{path}: needs config (text) and ema or model (state dict)")
    config = HRMConfig.parse(loaded["config"])
    check_state(state, config)
    return config, state


def trained(path: Path) -> dict[str, Any] | None:
    """What a checkpoint of `train` says of its run, as a model card does: ``steps`` (updates) and ``hours``, both since
    its start and without those of a model that it started from. None for other checkpoints and weights files.

    Raises:
        HrmEdgeError: code ``checkpoint``.
    """
    loaded = {} if path.suffix == ".safetensors" else load_dict(path)
    if "seconds" not in loaded:
        return None
    steps, seconds = clock_of(path, loaded)
    return {"steps": steps, "hours": round(seconds / 3600, 2)}


def save_checkpoint(path: Path, config: HRMConfig, state: dict[str, Tensor], **more: Any) -> None:
    """Writes a checkpoint with ``state`` as ``model``. Raises HrmEdgeError, code ``checkpoint`` or ``file``."""
    check_state(state, config)
    save_state(path, {"config": config.to_json(), "model": state, **more})


def build_model(config: HRMConfig, state: dict[str, Tensor]) -> HRM:
    """A float model, in evaluation mode."""
    model = HRM(config)
    model.load_state_dict(state)
    return model.eval()

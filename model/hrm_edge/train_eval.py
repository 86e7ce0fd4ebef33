"""Quick accuracy curves while training; `evaluate.report` is the full report."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from .data import Boards
from .evaluate import curve
from .hrm import HRM
from .kernels.block import fuse
from .rounding import round_as_engines
from .tasks import Task
from .train_config import TrainConfig


def curve_of(weights: dict[str, Tensor], task: Task, boards: Boards, options: TrainConfig) -> dict[int, float]:
    """`evaluate.curve` of a state dict on its own device, over the first boards: share solved, by steps."""
    device = weights["H_init"].device
    # A new model draws its start, and a run's generator must not see it: the noise of carries comes from there.
    with torch.random.fork_rng([device] if device.type == "cuda" else []):
        model = HRM(task.config)
    model.load_state_dict(weights)
    model.to(device)
    if options.int8:
        round_as_engines(model)
    fuse(model)
    first = boards.take(torch.arange(min(len(boards), options.eval_rows)))
    there = replace(first, questions=first.questions.to(device), answers=first.answers.to(device))
    return {row["steps"]: row["exact"] for row in curve(model, task, there, options.eval_steps).shares()}

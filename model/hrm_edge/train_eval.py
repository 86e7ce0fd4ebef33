"""Quick accuracy curves while training; `evaluate` is the full report."""

from __future__ import annotations

import torch
from torch import Tensor

from .act import run
from .data import Boards
from .hrm import HRM
from .kernels.block import fuse
from .tasks import Task


def curve_of(weights: dict[str, Tensor], task: Task, boards: Boards, most: int, steps: int) -> list[float]:
    """`raw_curve` of a state dict on its own device, over the first ``most`` boards."""
    device = weights["H_init"].device
    # A new model draws its start, and a run's generator must not see it: the noise of carries comes from there.
    with torch.random.fork_rng([device] if device.type == "cuda" else []):
        model = HRM(task.config)
    model.load_state_dict(weights)
    model.to(device)
    fuse(model)
    return raw_curve(model, task, boards.take(torch.arange(min(len(boards), most))), steps)


@torch.no_grad()
def raw_curve(model: HRM, task: Task, boards: Boards, steps: int, batch: int = 32) -> list[float]:
    """Share of boards whose decoded answer is right after each of ``steps`` ACT steps, nothing else used."""
    model.eval()
    right = torch.zeros(steps)
    device = model.H_init.device
    for rows in torch.arange(len(boards)).split(batch):
        questions, answers = boards.questions[rows].to(device), boards.answers[rows].to(device)
        for step, (logits, _) in enumerate(run(model, task.encode(questions), steps)):
            right[step] += (task.decode(logits, questions) == answers).all(1).sum().cpu()
    return (right / len(boards)).tolist()

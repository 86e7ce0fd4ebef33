"""Quick accuracy curves while training; `evaluate` is the full report."""

from __future__ import annotations

import torch

from .act import run
from .data import Boards
from .hrm import HRM
from .tasks import Task


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

"""Accuracy against ACT steps, float and int8 side by side, and how a model behaves on its way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from .act import Runnable, run, should_halt
from .card import ModelCard
from .checkpoint import build_model, load_checkpoint
from .data import Boards, read_boards
from .errors import HrmEdgeError
from .kernels.block import fuse
from .quantise import quantise_state
from .quantised import QuantisedHRM
from .tasks import Task
from .weights_file import WeightsFile

STEPS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)


class Curve:
    """Counts after every step of `STEPS`, summed over batches."""

    def __init__(self, steps: tuple[int, ...]) -> None:
        self.steps = steps
        self.boards = 0
        self.exact = torch.zeros(len(steps))  # boards whose decoded answer is right
        self.cells = torch.zeros(len(steps))  # share of right cells, summed over boards
        self.halted = torch.zeros(len(steps))  # boards where Q says stop
        self.halted_right = torch.zeros(len(steps))

    def add(self, at: int, right: Tensor, q: Tensor) -> None:
        """Right cells ``[B, cells]`` (bool) and q ``[B, q_outputs]`` after step ``self.steps[at]``."""
        exact, halt = right.all(1), should_halt(q)
        self.exact[at] += exact.sum().cpu()
        self.cells[at] += right.float().mean(1).sum().cpu()
        self.halted[at] += halt.sum().cpu()
        self.halted_right[at] += (halt & exact).sum().cpu()

    def shares(self) -> list[dict[str, Any]]:
        """One dict a step; ``halt_precision``, ``halt_recall`` are null where nothing halted, or nothing was right."""

        def share(a: Tensor, b: Tensor | int) -> float | None:
            return round(float(a / b), 5) if b else None

        return [
            {
                "steps": steps,
                "exact": share(self.exact[i], self.boards),
                "cells": share(self.cells[i], self.boards),
                "halt_precision": share(self.halted_right[i], self.halted[i]),
                "halt_recall": share(self.halted_right[i], self.exact[i]),
            }
            for i, steps in enumerate(self.steps)
        ]


@torch.no_grad()
def curve(model: Runnable, task: Task, boards: Boards, most: int = STEPS[-1], batch: int = 32) -> Curve:
    """Runs every board ``most`` steps from the model's own start, nothing else used."""
    found = Curve(tuple(s for s in STEPS if s <= most))
    for rows in torch.arange(len(boards)).split(batch):
        questions, answers = boards.questions[rows], boards.answers[rows]
        for step, (logits, q) in enumerate(run(model, task.encode(questions), found.steps[-1]), 1):
            if step in found.steps:
                found.add(found.steps.index(step), task.decode(logits, questions) == answers, q)
        found.boards += len(rows)
    return found


def report(
    checkpoint: Path,
    data: Path,
    *,
    limit: int | None = None,
    skip: int = 0,
    most: int = STEPS[-1],
    quantised: bool = True,
) -> dict[str, Any]:
    """``{checkpoint, data, n, float32: [...], int8: [...]}``; each list as of `Curve.shares`.

    Raises:
        HrmEdgeError: code ``checkpoint`` or ``data``.
    """
    config, state = load_checkpoint(checkpoint)
    task = Task(config)
    boards = read_boards([data], task, None if limit is None else limit + skip)
    if skip >= len(boards):
        raise HrmEdgeError("data", f"{data}: no row is left after the first {skip}")
    boards = boards.take(torch.arange(skip, len(boards)))
    model = build_model(config, state)
    fuse(model)
    found: dict[str, Any] = {"checkpoint": str(checkpoint), "data": data.name, "n": len(boards)}
    found["float32"] = curve(model, task, boards, most).shares()
    if quantised:
        twin = QuantisedHRM(WeightsFile(config, ModelCard(name="evaluate"), quantise_state(state, config)[0]))
        found["int8"] = curve(twin, task, boards, most).shares()
    return found

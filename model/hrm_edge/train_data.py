"""From files to the boards of a run: read, checked, held-out rows and their like taken out."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from .data import Boards, read_boards
from .errors import HrmEdgeError
from .generate import rate
from .isomorphism import without_isomorphs
from .tasks import Task
from .train_config import DataConfig


def prepare(data: DataConfig, task: Task) -> tuple[Boards, Boards | None]:
    """Training boards and held-out boards.

    Raises:
        HrmEdgeError: code ``data`` for files that cannot be used, or when nothing is left to train on, ``config`` for
            ratings of boards that have none.
    """
    if data.like is not None and not task.is_sudoku:
        raise HrmEdgeError("config", f"data.like: boards of {task.task.name} have no ratings, those of Sudoku alone")
    holdout = read_boards(data.holdout, task) if data.holdout else None
    boards = read_boards(data.train, task, data.limit)
    if holdout is None and data.holdout_rows:
        keep = len(boards) - data.holdout_rows
        if keep < 1:
            raise HrmEdgeError("data", f"{len(boards)} boards, of which {data.holdout_rows} shall be held out")
        holdout, boards = boards.take(torch.arange(keep, len(boards))), boards.take(torch.arange(keep))
    if data.like is not None:
        boards = _alike(boards, data.like, task)
    if holdout is not None:
        boards = without_isomorphs(boards, holdout, task.task) if task.is_sudoku else _without(boards, holdout)
    if len(boards) == 0:
        raise HrmEdgeError("data", "no training board is left after the held-out ones were taken out")
    return boards, holdout


def _without(boards: Boards, kept_out: Boards) -> Boards:
    """``boards`` less every board whose question is one of ``kept_out``."""
    held = {question.tobytes() for question in kept_out.questions.numpy()}
    rows = [i for i, question in enumerate(boards.questions.numpy()) if question.tobytes() not in held]
    return boards.take(torch.tensor(rows, dtype=torch.int64))


def _alike(boards: Boards, like: Path, task: Task) -> Boards:
    """As many of ``boards`` as can be, drawn so that their ratings are spread as those of the file ``like``; what is in
    that file itself all stays.

    Ratings count as equal when they are within a factor of two.
    """
    same = {source: source.resolve() == like.resolve() for source in set(boards.sources)}
    own = torch.tensor([same[source] for source in boards.sources])
    grades, wanted = (_grade(rate(b.questions, task.task, 1).guesses) for b in (boards, read_boards([like], task)))
    share = torch.bincount(wanted, minlength=int(grades.max()) + 1) / len(wanted)
    there = torch.bincount(grades[~own], minlength=len(share))
    both = (share > 0) & (there > 0)
    scale = (there[both] / share[both]).min() if both.any() else 0.0
    rng = torch.Generator().manual_seed(0)
    keep = own.clone()
    for grade, count in enumerate((share * scale).long().tolist()):
        rows = (~own & (grades == grade)).nonzero()[:, 0]
        keep[rows[torch.randperm(len(rows), generator=rng)[:count]]] = True
    return boards.take(keep.nonzero()[:, 0])


def _grade(guesses: Tensor) -> Tensor:
    return (1 + guesses).double().log2().floor().long()

"""From files to the boards of a run: read, checked, held-out rows and their isomorphs taken out."""

from __future__ import annotations

import torch

from .config import TaskConfig
from .data import Boards, read_boards
from .errors import HrmEdgeError
from .generate import rate
from .isomorphism import without_isomorphs
from .tasks import Task
from .train_config import DataConfig


def prepare(data: DataConfig, task: Task) -> tuple[Boards, Boards | None]:
    """Training boards and held-out boards.

    Raises:
        HrmEdgeError: code ``data`` for files that cannot be used, or when nothing is left to train on.
    """
    holdout = read_boards(data.holdout, task) if data.holdout else None
    boards = read_boards(data.train, task, data.limit)
    if holdout is None and data.holdout_rows:
        keep = len(boards) - data.holdout_rows
        if keep < 1:
            raise HrmEdgeError("data", f"{len(boards)} boards, of which {data.holdout_rows} shall be held out")
        holdout, boards = boards.take(torch.arange(keep, len(boards))), boards.take(torch.arange(keep))
    if task.is_sudoku:
        boards = _easier(boards, data.most_guesses, task.task)
        if holdout is not None:
            boards = without_isomorphs(boards, holdout, task.task)
    if len(boards) == 0:
        raise HrmEdgeError("data", "no training board is left after the held-out ones were taken out")
    return boards, holdout


def _easier(boards: Boards, most: int | None, task: TaskConfig) -> Boards:
    if most is None:
        return boards
    guesses = rate(boards.questions, task, 1).guesses
    return boards.take((guesses <= most).nonzero()[:, 0])

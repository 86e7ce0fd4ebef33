"""What a maze and its answer have to be: one S, one G, and the o between them a shortest way."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from .config import FREE, GOAL, PATH, START, WALL


def maze_faults(questions: Tensor, answers: Tensor, cols: int) -> list[tuple[str, Tensor]]:
    """Each rule's breach in words, and ``[B]`` bool, which of the boards ``[B, cells]`` (symbols from 1) commit it.

    Where a board has several faults, the later ones may follow from the first. Any shortest way is right.
    """
    start, goal, path = questions == START, questions == GOAL, answers == PATH
    shortest = _moves(questions != WALL, start, goal, cols)
    moves = _moves(path | start | goal, start, goal, cols)
    once = (start.sum(1) == 1) & (goal.sum(1) == 1)
    changed = (questions != answers) & ~((questions == FREE) & path)
    return [
        ("the question has not one S and one G", ~once),
        ("the question has an o", (questions == PATH).any(1)),
        ("the answer is not the question with o in free cells", changed.any(1)),
        ("there is no way from S to G", shortest < 0),
        ("the o of the answer are no way from S to G", moves < 0),
        # As many cells as the way has, so none beside it: a way of n moves has n - 1 between its ends.
        ("the o of the answer are no shortest way", (moves != shortest) | (path.sum(1) != shortest - 1)),
    ]


def _moves(passable: Tensor, start: Tensor, goal: Tensor, cols: int) -> Tensor:
    """``[B]`` int64: moves of the shortest way within the cells ``passable [B, cells]``, -1 for none.

    A wave from the start, over all boards at once: eight of them in the bits of a byte, in a ring that nothing passes,
    so that a move is a shift of the whole array.
    """
    ringed = [F.pad(cells.view(len(cells), -1, cols), (1, 1, 1, 1)) for cells in (passable, start, goal)]
    within, reached = (np.packbits(cells.numpy(), axis=0).reshape(-1) for cells in ringed[:2])
    board = np.arange(len(passable))
    place = ringed[2].flatten(1).byte().argmax(1).numpy() + board // 8 * ringed[2][0].numel()
    bit = (7 - board % 8).astype(np.uint8)
    moves = np.zeros(len(passable), np.int64)
    while True:
        there = (reached[place] >> bit & 1).astype(bool)
        moves += ~there
        wave = reached.copy()
        for step in (1, cols + 2):
            wave[step:] |= reached[:-step]
            wave[:-step] |= reached[step:]
        wave &= within
        if there.all() or np.array_equal(wave, reached):
            return torch.from_numpy(np.where(there, moves, -1))
        reached = wave

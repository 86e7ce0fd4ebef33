"""Mazes of the kind of Maze-Hard (sapientinc/HRM) and others, made by kernels/maze.cpp."""

from __future__ import annotations

from collections.abc import Callable
from ctypes import byref, c_double, c_int, c_uint64, c_void_p
from functools import lru_cache
from typing import NamedTuple

import torch
from torch import Tensor

from .config import MAX_TOKENS, PATH
from .errors import HrmEdgeError
from .kernels.build import require

# Grids in a row that had no start and goal far enough apart: one in some hundred of 30x30 has.
TRIES = 1_000_000
# Cells of all mazes of one call, of which memory holds two bytes each.
MOST_CELLS = 1_000_000_000
# Cells of the grids that one call of the kernel draws.
SLICE = 1 << 20
# Shares of walls that Maze-Hard is made of.
BENCHMARK_WALLS = (0.3, 0.5)


class Mazes(NamedTuple):
    """``questions``, ``answers [B, rows * cols]`` uint8 (places in `MAZE_SYMBOLS`, from 1) and ``moves [B]`` int64."""

    questions: Tensor
    answers: Tensor
    moves: Tensor


@lru_cache
def _library():
    lib = require("maze", "making mazes")
    lib.hrm_mazes.argtypes = [c_int] * 6 + [c_double] * 2 + [c_int] * 2 + [c_void_p] * 4
    return lib


def usual_moves(rows: int, cols: int) -> int:
    """Least moves where none are asked for: the benchmark's at its size, else as many as from corner to corner."""
    return 109 if (rows, cols) == (30, 30) else max(1, rows + cols - 2)


def make_mazes(
    count: int,
    rows: int,
    cols: int,
    *,
    least: int,
    walls: tuple[float, float] = BENCHMARK_WALLS,
    loops: tuple[float, float] | None = None,
    seed: int = 0,
    on_progress: Callable[[int, int], None] | None = None,
) -> Mazes:
    """``count`` mazes whose shortest way from S to G is ``least`` moves or more.

    Each cell is a wall with a probability that is drawn from ``walls`` for each maze. With ``loops`` passages are cut
    instead, as in mazes on paper, and a share of the walls between them, drawn from ``loops``, is opened, so that ways
    fork and meet again. The answer is the way that breadth-first search finds with neighbours in the order down, left,
    right, up: as the benchmark's labels are. ``on_progress`` gets how many are made, and how many grids in a row have
    given none since, of `TRIES`.

    Raises:
        HrmEdgeError: code ``config`` for a size that is none, or where no maze of it has so long a way.
    """
    if not (1 <= rows <= 256 and 1 <= cols <= 256 and rows * cols <= MAX_TOKENS):
        raise HrmEdgeError("config", f"no maze has {rows} x {cols} cells")
    if not 1 <= least < rows * cols:
        raise HrmEdgeError("config", f"no shortest way in {rows} x {cols} cells has {least} moves")
    share = walls if loops is None else loops
    if not 0 <= share[0] <= share[1] <= 1:
        raise HrmEdgeError("config", f"{share[0]} to {share[1]} is no range of shares from 0 to 1")
    if count * rows * cols > MOST_CELLS:
        most = MOST_CELLS // (rows * cols)
        raise HrmEdgeError("config", f"{count} mazes of {rows} x {cols} are too many at once: {most} at most")
    questions = torch.empty(count, rows * cols, dtype=torch.uint8)
    answers = torch.empty_like(questions)
    kind = (int(loops is not None), *share)
    state, failed, made = c_uint64(seed), c_int(0), 0
    # Some ms at a time: an interrupt is heard between two calls only.
    grids = max(1, SLICE // (rows * cols))
    buffers = (byref(state), byref(failed), questions.data_ptr(), answers.data_ptr())
    while made < count and failed.value < TRIES:
        made = _library().hrm_mazes(made, count, rows, cols, least, *kind, TRIES, grids, *buffers)
        if on_progress:
            on_progress(made, failed.value)
    if made < count:
        raise HrmEdgeError("config", f"only {made} of {count} mazes of {rows} x {cols} with {least} moves were found")
    moves = [(part == PATH).sum(1) + 1 for part in answers.split(4096)]
    return Mazes(questions, answers, torch.cat(moves) if moves else torch.empty(0, dtype=torch.int64))

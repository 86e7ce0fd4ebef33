"""Sudoku boards with one solution, made to a wanted difficulty, and ratings of given boards (kernels/sudoku.cpp)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from ctypes import byref, c_int, c_long, c_uint64, c_void_p
from functools import lru_cache
from typing import NamedTuple

import torch
from torch import Tensor

from .config import TaskConfig
from .errors import HrmEdgeError
from .kernels.build import require

# Guesses after which a board's rating is given up: far above what any proper 9x9 board takes.
BUDGET = 1 << 20
# Seconds between two looks at how far the making is.
LOOK = 0.1


class Rated(NamedTuple):
    """``solutions [B]`` int32 (2: more than one, -1: unsettled), ``guesses [B]`` int64, ``answers [B, cells]``."""

    solutions: Tensor
    guesses: Tensor
    answers: Tensor


class Made(NamedTuple):
    """``questions``, ``answers [B, cells]`` uint8 and ``guesses [B]`` int64."""

    questions: Tensor
    answers: Tensor
    guesses: Tensor


@lru_cache
def _library():
    lib = require("sudoku", "making and rating boards")
    lib.hrm_sudoku_solve.argtypes = [c_long, c_int, c_int, c_int, c_long] + [c_void_p] * 4
    lib.hrm_sudoku_solve.restype = None
    lib.hrm_sudoku_propagate.argtypes = [c_long, c_int, c_int, c_int, c_void_p, c_void_p]
    lib.hrm_sudoku_propagate.restype = None
    lib.hrm_sudoku_make.argtypes = [c_long, c_int, c_int, c_uint64, c_int, c_long, c_long, c_long] + [c_void_p] * 6
    lib.hrm_sudoku_make.restype = None
    return lib


def _box(task: TaskConfig) -> tuple[int, int]:
    if task.kind != "sudoku" or task.box_rows is None or task.box_cols is None:
        raise HrmEdgeError("config", f"{task.name} is no sudoku task")
    return task.box_rows, task.box_cols


def rate(boards: Tensor, task: TaskConfig, most: int = 2) -> Rated:
    """Solves ``boards [B, cells]``, counting solutions up to ``most``. With ``most = 1``, ``guesses`` is the rating."""
    questions = boards.to(torch.uint8).contiguous()
    solutions = torch.empty(len(boards), dtype=torch.int32)
    guesses = torch.empty(len(boards), dtype=torch.int64)
    answers = torch.zeros_like(questions)
    # An interrupt is heard only between calls, and millions of boards take minutes.
    for part in zip(*(t.split(1024) for t in (questions, solutions, guesses, answers)), strict=True):
        buffers = (t.data_ptr() for t in part)
        _library().hrm_sudoku_solve(len(part[0]), *_box(task), most, BUDGET, *buffers)
    return Rated(solutions, guesses, answers)


def propagate(tokens: Tensor, task: TaskConfig, *, ahead: bool = False) -> Tensor:
    """``[B]`` int32: what singles make of the input ``tokens [B, N]``: -1 a contradiction, 1 all filled, 0 neither.

    With ``ahead`` every candidate is tried as well, and taken out where singles refute it (nishio), until none is.
    """
    compact = tokens.to(torch.uint8).contiguous()
    status = torch.empty(len(tokens), dtype=torch.int32)
    threads, library, box = torch.get_num_threads(), _library(), _box(task)

    def work(inputs: Tensor, outputs: Tensor) -> None:
        library.hrm_sudoku_propagate(len(inputs), *box, ahead, inputs.data_ptr(), outputs.data_ptr())

    if threads == 1:
        work(compact, status)
    else:  # C++ runs without the lock of Python
        list(_pool(threads).map(work, compact.chunk(threads), status.chunk(threads)))
    return status


@lru_cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads)


def make(
    count: int,
    task: TaskConfig,
    seed: int,
    *,
    givens: int = 0,
    guesses: tuple[int, int] = (0, BUDGET),
    tries: int = 0,
    on_progress: Callable[[int, int], None] | None = None,
) -> Made:
    """``count`` boards with one solution each.

    Args:
        givens: stop taking givens away here; 0 for boards from which none can be taken.
        guesses: least and most guesses of the rating: (0, 0) for boards that singles solve.
        tries: full grids to begin from at most; default 1,000 a board.
        on_progress: gets how many boards are made and how many grids were begun, from time to time.

    Raises:
        HrmEdgeError: code ``config`` if the tries did not suffice, or for more givens than cells or more boards than
            memory.
    """
    if not 0 <= givens <= task.cells:
        raise HrmEdgeError("config", f"{givens} givens on a board of {task.cells} cells")
    try:
        questions = torch.empty(count, task.cells, dtype=torch.uint8)
        answers = torch.empty_like(questions)
        ratings = torch.empty(count, dtype=torch.int64)
    except (RuntimeError, TypeError) as error:  # TypeError: beyond what a size can be
        raise HrmEdgeError("config", f"{count} boards of {task.cells} cells do not fit in memory") from error
    stop, made, grids = c_int(0), c_long(0), c_long(0)
    counts = (byref(stop), byref(made), byref(grids))
    buffers = (t.data_ptr() for t in (questions, answers, ratings))
    how = (count, *_box(task), seed, givens, *guesses, tries or 1000 * count)
    # This thread hears an interrupt only while it runs Python, and one grid can take long.
    with ThreadPoolExecutor(1) as maker:
        try:
            making = maker.submit(_library().hrm_sudoku_make, *how, *counts, *buffers)
            while wait([making], LOOK).not_done:
                if on_progress:
                    on_progress(made.value, grids.value)
        finally:
            stop.value = 1
    making.result()
    if on_progress:
        on_progress(made.value, grids.value)
    if made.value < count:
        raise HrmEdgeError("config", f"only {made.value} of {count} boards rated {guesses[0]}..{guesses[1]} were found")
    return Made(questions, answers, ratings)

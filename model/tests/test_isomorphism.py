"""Symmetries of a board share a fingerprint; other boards do not."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from hrm_edge.config import sudoku_task
from hrm_edge.data import Boards
from hrm_edge.generate import make
from hrm_edge.isomorphism import fingerprint, without_isomorphs
from hrm_edge.kernels.build import load

pytestmark = pytest.mark.skipif(load("sudoku") is None, reason="no C++ compiler to make boards with")

TASK = sudoku_task()
BOARDS = make(64, TASK, seed=3).questions if load("sudoku") is not None else torch.zeros(0, 81)


def lines(box: int, count: int) -> Tensor:
    """A random order of rows (or columns) that keeps ``count`` bands of ``box``."""
    return torch.cat([band * box + torch.randperm(box) for band in torch.randperm(count).tolist()])


def disguise(boards: Tensor, rows: int, cols: int) -> Tensor:
    """A random symmetry of ``[B, cells]`` with boxes of rows x cols; transposes only square boxes."""
    n = rows * cols
    digits = torch.cat((torch.zeros(1, dtype=torch.int64), torch.randperm(n) + 1))
    grid = digits[boards.long()].view(-1, n, n)[:, lines(rows, cols)][:, :, lines(cols, rows)]
    if rows == cols and torch.rand(()) < 0.5:
        grid = grid.transpose(1, 2)
    return grid.reshape(len(boards), n * n).to(torch.uint8)


@given(st.integers(0, 2**31))
def test_every_symmetry_has_the_same_fingerprint(seed: int) -> None:
    torch.manual_seed(seed)
    assert torch.equal(fingerprint(disguise(BOARDS, 3, 3), TASK), fingerprint(BOARDS, TASK))


def test_boxes_need_not_be_square() -> None:
    task = sudoku_task(2, 3)
    boards = make(32, task, seed=1).questions
    for _ in range(5):
        assert torch.equal(fingerprint(disguise(boards, 2, 3), task), fingerprint(boards, task))
    turned = sudoku_task(3, 2)
    upright = boards.view(-1, 6, 6).transpose(1, 2).reshape(-1, 36)
    assert torch.equal(fingerprint(upright, turned), fingerprint(boards, task))


def test_different_boards_differ() -> None:
    assert len(fingerprint(BOARDS, TASK).unique()) == len(BOARDS)


@pytest.mark.parametrize("swap", [(0, 3), (2, 6), (4, 8)])
def test_rows_of_different_bands_are_no_symmetry(swap: tuple[int, int]) -> None:
    order = torch.arange(9)
    order[list(swap)] = order[list(swap[::-1])]
    broken = BOARDS.view(-1, 9, 9)[:, order].reshape(-1, 81)
    assert not torch.isin(fingerprint(broken, TASK), fingerprint(BOARDS, TASK)).any()


def test_one_given_more_or_changed_is_another_board() -> None:
    less = BOARDS.clone()
    for board in less:
        board[(board > 0).nonzero()[0]] = 0
    assert not torch.isin(fingerprint(less, TASK), fingerprint(BOARDS, TASK)).any()
    moved = BOARDS.clone()
    for board in moved:
        at = (board > 0).nonzero()[0]
        board[at] = board[at] % 9 + 1
    assert not torch.isin(fingerprint(moved, TASK), fingerprint(BOARDS, TASK)).any()


def test_the_filter_takes_out_disguised_test_boards_and_nothing_else() -> None:
    pool = Boards(
        torch.cat((BOARDS, disguise(BOARDS[:10], 3, 3))), torch.zeros(74, 81), [Path(str(i)) for i in range(74)]
    )
    test = Boards(disguise(BOARDS[5:8], 3, 3), torch.zeros(3, 81), [Path("test")] * 3)
    left = without_isomorphs(pool, test, TASK)
    gone = {5, 6, 7, 64 + 5, 64 + 6, 64 + 7}
    assert left.sources == [Path(str(i)) for i in range(74) if i not in gone]
    assert torch.equal(left.questions, pool.questions[[i for i in range(74) if i not in gone]])

"""Boards made and rated by kernels/sudoku.cpp, checked by rules written down again here."""

from __future__ import annotations

import pytest
import torch

from hrm_edge.config import TaskConfig, sudoku_task
from hrm_edge.errors import HrmEdgeError
from hrm_edge.families import structured_sudoku
from hrm_edge.generate import make, propagate, rate
from hrm_edge.kernels.build import load
from hrm_edge.tasks import OFF, Task

pytestmark = pytest.mark.skipif(load("sudoku") is None, reason="no C++ compiler to make boards with")


@pytest.mark.parametrize("box", [(2, 2), (2, 3), (3, 2), (3, 3)])
def test_made_boards_have_one_solution_and_no_given_to_spare(box: tuple[int, int]) -> None:
    config = structured_sudoku(32, box_rows=box[0], box_cols=box[1])
    task = Task(config)
    made = make(10, config.task, seed=1)
    assert task.solved(made.answers, made.questions).all()
    rated = rate(made.questions, config.task)
    assert (rated.solutions == 1).all()
    assert torch.equal(rated.answers, made.answers)
    for board in made.questions[:3]:
        for cell in board.nonzero()[:, 0]:
            less = board.clone()
            less[cell] = 0
            assert rate(less[None], config.task).solutions.item() == 2


def test_grades() -> None:
    task = sudoku_task()
    easy = make(20, task, seed=2, guesses=(0, 0))
    hard = make(5, task, seed=2, guesses=(10, 1000))
    assert (easy.guesses == 0).all()
    assert ((hard.guesses >= 10) & (hard.guesses <= 1000)).all()
    assert torch.equal(rate(hard.questions, task, 1).guesses, hard.guesses)
    full = make(5, task, seed=2, givens=40)
    assert ((full.questions > 0).sum(1) == 40).all()


def test_many_boards_are_rated_as_few_are() -> None:
    made = make(6, sudoku_task(), seed=5)
    rated = rate(made.questions.repeat(200, 1), sudoku_task(), 1)
    assert torch.equal(rated.guesses, made.guesses.repeat(200))
    assert torch.equal(rated.answers, made.answers.repeat(200, 1))


def test_the_seed_decides() -> None:
    task = sudoku_task()
    a, b, c = (make(5, task, seed).questions for seed in (7, 7, 8))
    assert torch.equal(a, b)
    assert not torch.equal(a, c)


def test_a_seed_makes_the_boards_that_it_always_made() -> None:
    board = Task(structured_sudoku(32)).format(make(1, sudoku_task(), seed=7).questions[0])
    assert board == "..7..5.4..........924..3.....13......7..1..83..9.....6......7...5.....6878...642."


def test_what_takes_long_can_be_interrupted() -> None:
    def interrupt(made: int, grids: int) -> None:
        assert (made, grids) == (0, 1)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make(1, sudoku_task(5, 5), seed=1, on_progress=interrupt)  # this grid takes minutes at least


def test_progress_ends_with_what_was_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hrm_edge.generate.LOOK", 0.001)
    seen: list[tuple[int, int]] = []
    make(20, sudoku_task(), seed=2, guesses=(0, 0), on_progress=lambda *counts: seen.append(counts))
    assert seen == sorted(seen)
    assert len(seen) > 1
    assert seen[-1][0] == 20
    assert seen[-1][1] > 20  # some have another rating


def test_what_cannot_be_found_is_said() -> None:
    with pytest.raises(HrmEdgeError, match="only 0 of 1 boards rated 900000"):
        make(1, sudoku_task(2, 2), 0, guesses=(900000, 900001), tries=3)
    with pytest.raises(HrmEdgeError, match="no sudoku task"):
        make(1, TaskConfig(name="maze", kind="grid", rows=2, cols=2, symbols=["#", " "]), 0)


def test_broken_and_open_boards_are_counted() -> None:
    task = sudoku_task()
    board = torch.zeros(3, 81, dtype=torch.uint8)
    board[0, :2] = 5  # twice in a row
    board[1, :8] = torch.arange(1, 9)  # 9 has one place left in the row ...
    board[1, 17] = 9  # ... and its box has it already
    assert rate(board, task).solutions.tolist() == [0, 0, 2]


def test_propagation_by_singles() -> None:
    task = Task(structured_sudoku(32))
    easy = make(20, task.task, seed=4, guesses=(0, 0))
    hard = make(20, task.task, seed=4, guesses=(3, 1000))
    assert (propagate(task.encode(easy.questions), task.task) == 1).all()
    assert (propagate(task.encode(hard.questions), task.task) == 0).all()
    wrong = easy.questions.clone()
    for board, answer in zip(wrong, easy.answers, strict=True):
        cell = (board == 0).nonzero()[0]
        board[cell] = answer[cell] % 9 + 1
    assert (propagate(task.encode(wrong), task.task) == -1).all()
    none_left = task.encode(easy.questions).clone()
    none_left[:, :9] = OFF
    assert (propagate(none_left, task.task) == -1).all()
    # Excluding every wrong candidate leaves the answer.
    off = torch.arange(1, 10) != hard.answers[..., None]
    assert (propagate(task.encode(hard.questions, off), task.task) == 1).all()


def test_a_look_ahead_sees_more_and_nothing_false() -> None:
    task = Task(structured_sudoku(32))
    made = make(30, task.task, seed=4, guesses=(1, 1000))
    board, answers = made.questions.clone(), made.answers.long()
    ahead = propagate(task.encode(board), task.task, ahead=True)
    assert (ahead >= 0).all()  # a board with a solution is never refuted
    assert (ahead == 1).any()  # and some are filled that singles leave open
    for row in range(len(board)):  # a wrong symbol in the first blank that no peer holds
        blank = int((board[row] == 0).nonzero()[0, 0])
        for symbol in range(1, 10):
            trial = board[row].clone()
            trial[blank] = symbol
            if symbol != answers[row, blank] and (rate(trial[None], task.task).guesses > 0).all():
                board[row] = trial
                break
    plain = propagate(task.encode(board), task.task) < 0
    ahead = propagate(task.encode(board), task.task, ahead=True) < 0
    assert (ahead | ~plain).all()
    assert ahead.sum() > plain.sum()
    assert (rate(board[ahead], task.task).solutions == 0).all()


@pytest.mark.parametrize("count", [10**15, 10**19])
def test_more_boards_than_memory_are_refused(count: int) -> None:
    with pytest.raises(HrmEdgeError, match="do not fit in memory") as caught:
        make(count, sudoku_task(2, 2), seed=1)
    assert caught.value.code == "config"


@pytest.mark.parametrize("givens", [-1, 17])
def test_givens_that_a_board_cannot_have_are_refused(givens: int) -> None:
    with pytest.raises(HrmEdgeError, match=f"{givens} givens on a board of 16 cells"):
        make(1, sudoku_task(2, 2), seed=1, givens=givens)


@pytest.mark.parametrize("count", [1, 7, 40])
def test_threads_propagate_the_same(count: int) -> None:
    task = sudoku_task()
    made = make(count, task, seed=4, guesses=(0, 1000))
    tokens = Task(structured_sudoku(32)).encode(made.questions)
    alone = [propagate(tokens, task, ahead=ahead) for ahead in (False, True)]
    torch.set_num_threads(3)
    try:
        together = [propagate(tokens, task, ahead=ahead) for ahead in (False, True)]
    finally:
        torch.set_num_threads(1)
    assert all(torch.equal(a, b) for a, b in zip(alone, together, strict=True))
    assert len(alone[0]) == count

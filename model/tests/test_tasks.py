from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from hrm_edge.config import sudoku_task
from hrm_edge.convert import OFFICIAL_TASKS
from hrm_edge.errors import HrmEdgeError
from hrm_edge.families import structured_sudoku
from hrm_edge.tasks import OFF, ON, OPEN, Task

from .conftest import CONFIGS, board_of

SOLUTION = "812753649943682175675491283154237896369845721287169534521974368438526917796318452"
CANDIDATES = Task(structured_sudoku())
CELLS = Task(
    CONFIGS["full-rope"].model_copy(
        update={"task": OFFICIAL_TASKS["sudoku"], "vocab_size": 11, "output_size": 11, "seq_len": 81}
    )
)
GRID = Task(CONFIGS["cells-lists"])

boards = st.lists(st.integers(0, 9), min_size=81, max_size=81).map(lambda b: torch.tensor(b, dtype=torch.uint8))


def one_hot(board: torch.Tensor, n: int) -> torch.Tensor:
    return torch.nn.functional.one_hot(board.long() - 1, n).float()


@given(boards)
def test_text_round_trip(board: torch.Tensor) -> None:
    for task in (CANDIDATES, CELLS):
        assert torch.equal(board_of(task, task.format(board)), board)


def test_candidates_of_a_given_and_of_a_blank() -> None:
    tokens = CANDIDATES.encode(board_of(CANDIDATES, "3" + "." * 80)[None])[0].view(81, 9)
    assert tokens[0].tolist() == [OFF, OFF, ON, OFF, OFF, OFF, OFF, OFF, OFF]
    # Peers stay open: that rule is the model's to learn.
    assert (tokens[1:] == OPEN).all()


def test_excluded_candidates_are_switched_off_alone() -> None:
    excluded = torch.zeros(1, 81, 9, dtype=torch.bool)
    excluded[0, 0, 2] = excluded[0, 5, 4] = True
    tokens = CANDIDATES.encode(board_of(CANDIDATES, "3" + "." * 80)[None], excluded)[0].view(81, 9)
    assert tokens[0, 2] == ON
    assert tokens[5].tolist() == [OPEN] * 4 + [OFF] + [OPEN] * 4
    with pytest.raises(HrmEdgeError, match="cannot be told"):
        CELLS.encode(torch.zeros(1, 81), excluded)


def test_cells_use_the_official_vocabulary() -> None:
    tokens = CELLS.encode(board_of(CELLS, "39" + "." * 79)[None])[0]
    assert tokens[:3].tolist() == [4, 10, 1]


@pytest.mark.parametrize("task", [CANDIDATES, CELLS])
def test_decode_reads_back_what_the_logits_say(task: Task) -> None:
    board = board_of(task, SOLUTION)
    logits = one_hot(board, 9)
    # In a vocabulary, padding and blank win here, but are no answers.
    whole = torch.cat((torch.full((81, 2), 5.0), logits), 1)[None]
    logits = logits.view(1, 729, 1) if task is CANDIDATES else whole
    assert torch.equal(task.decode(logits)[0], board)
    givens = torch.zeros(1, 81, dtype=torch.uint8)
    givens[0, 0] = 5
    assert task.decode(logits, givens)[0, 0] == 5
    assert torch.equal(task.decode(logits, givens)[0, 1:], board[1:])


def test_grid() -> None:
    board = board_of(GRID, "#.ab\n.b#a\na..#\n")
    assert board.tolist() == [2, 1, 3, 4, 1, 4, 2, 3, 3, 1, 1, 2]
    assert GRID.encode(board[None])[0].tolist() == board.tolist()
    assert GRID.format(board) == "#.ab.b#aa..#"
    logits = torch.cat((torch.full((12, 1), 9.0), one_hot(board, 4)), 1)[None]
    assert torch.equal(GRID.decode(logits)[0], board)
    with pytest.raises(HrmEdgeError, match="rules"):
        GRID.solved(board[None], board[None])


def test_verifier() -> None:
    solution = board_of(CANDIDATES, SOLUTION)
    blank = torch.zeros_like(solution)
    boards = solution.repeat(5, 1)
    givens = torch.stack([blank, solution, blank, blank, blank])
    givens = givens.clone()
    boards[2, 0] = boards[2, 1]  # twice in a row
    boards[3, [0, 9]] = boards[3, [9, 0]]  # rows broken, columns and box kept
    givens[4, 0] = solution[0] % 9 + 1  # a given not kept
    assert CANDIDATES.solved(boards, givens).tolist() == [True, True, False, False, False]


def test_verifier_checks_boxes() -> None:
    # A cyclic Latin square: rows and columns hold, boxes do not.
    latin = (torch.arange(9)[:, None] + torch.arange(9)).remainder(9).flatten() + 1
    assert not CANDIDATES.solved(latin[None], torch.zeros(1, 81)).item()


@pytest.mark.parametrize("box", [(2, 2), (2, 3), (4, 4)])
def test_other_sizes(box: tuple[int, int]) -> None:
    task = Task(structured_sudoku(), sudoku_task(*box))
    n = box[0] * box[1]
    row = torch.arange(n).remainder(n)
    shift = torch.arange(n).div(box[0], rounding_mode="floor") + torch.arange(n).remainder(box[0]) * box[1]
    board = (row + shift[:, None]).remainder(n).flatten() + 1
    assert task.encode(board[None]).shape == (1, n**3)
    assert task.solved(board[None], board[None]).item()
    assert torch.equal(board_of(task, task.format(board)).long(), board)


@pytest.mark.parametrize(
    ("task", "text", "message"),
    [
        (CANDIDATES, "1" * 80, "board has 80 cells, not 81"),
        (CANDIDATES, "." * 40 + "x" + "." * 40, "'x' at row 5, column 5 of the board is none of the symbols '1"),
        (GRID, "#" * 11, "board has 11 cells, not 12"),
        (GRID, "###\n" * 4, "board has 3 cells in row 1, not 4"),
        (GRID, "####\r\n#####\r\n###", "5 cells in row 2, not 4"),
        (GRID, "####\n\n####\n####", "0 cells in row 2, not 4"),
        (GRID, "####\n####", "board has 8 cells, not 12"),
        (GRID, "#" * 11 + "?", "'\\?' at row 3, column 4"),
    ],
)
def test_refuses(task: Task, text: str, message: str) -> None:
    with pytest.raises(HrmEdgeError, match=message) as caught:
        task.parse(text)
    assert caught.value.code == "board"


def test_refuses_another_board_shape_for_a_model_of_cells() -> None:
    with pytest.raises(HrmEdgeError, match="one shape only"):
        Task(CONFIGS["full-rope"], sudoku_task(2, 3))

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from hrm_edge.attention import group_attention, table_attention
from hrm_edge.config import CANDIDATE_LISTS, TaskConfig, sudoku_task
from hrm_edge.errors import HrmEdgeError
from hrm_edge.families import structured_sudoku
from hrm_edge.lists import Clique, Geometry, list_table, make_list

from .conftest import CONFIGS

BOXES = [(2, 2), (2, 3), (3, 3), (4, 4)]


def expected(name: str, row: int, col: int, symbol: int, n: int, box: tuple[int, int]) -> list[int]:
    """A candidate's list, written out from docs/format.md."""
    box_rows, box_cols = box
    top, left = row // box_rows * box_rows, col // box_cols * box_cols
    members = {
        "cell": [(row, col, i) for i in range(n)],
        "row": [(row, i, symbol) for i in range(n)],
        "column": [(i, col, symbol) for i in range(n)],
        "box": [(top + i // box_cols, left + i % box_cols, symbol) for i in range(n)],
    }[name]
    return [(r * n + c) * n + s for r, c, s in members]


@pytest.mark.parametrize("box", BOXES)
@pytest.mark.parametrize("name", CANDIDATE_LISTS)
def test_candidate_lists(name: str, box: tuple[int, int]) -> None:
    n = box[0] * box[1]
    table = list_table(name, "candidates", sudoku_task(*box))
    assert table.shape == (n**3, n)
    for token in range(0, n**3, 7):
        cell, symbol = divmod(token, n)
        assert table[token].tolist() == expected(name, *divmod(cell, n), symbol, n, box)


def test_cell_lists() -> None:
    task = TaskConfig(name="grid", kind="grid", rows=2, cols=3, symbols=["a", "b"])
    assert list_table("row", "cells", task).tolist() == [[0, 1, 2]] * 3 + [[3, 4, 5]] * 3
    assert list_table("column", "cells", task).tolist() == [[0, 3], [1, 4], [2, 5]] * 2
    assert list_table("all", "cells", task).tolist() == [[0, 1, 2, 3, 4, 5]] * 6
    # Down, left, right, up.
    assert list_table("neighbours", "cells", task).tolist() == [
        [3, -1, 1, -1],
        [4, 0, 2, -1],
        [5, 1, -1, -1],
        [-1, -1, 4, 0],
        [-1, 3, 5, 1],
        [-1, 4, -1, 2],
    ]


def test_box_of_cells() -> None:
    task = sudoku_task(2, 3, list(".123456"))
    assert list_table("box", "cells", task)[8].tolist() == [0, 1, 2, 6, 7, 8]


def test_refuses_a_list_the_board_does_not_have() -> None:
    with pytest.raises(HrmEdgeError, match="no list 'box'"):
        make_list("box", "cells", TaskConfig(name="grid", kind="grid", rows=2, cols=3))
    with pytest.raises(HrmEdgeError, match="no list 'all'"):
        make_list("all", "candidates", sudoku_task())


@given(box=st.sampled_from(BOXES[:3]), name=st.sampled_from(CANDIDATE_LISTS), heads=st.integers(1, 3))
def test_groups_equal_the_table(box: tuple[int, int], name: str, heads: int) -> None:
    clique = make_list(name, "candidates", sudoku_task(*box))
    assert isinstance(clique, Clique)
    qkv = torch.randn(2, clique.tokens, 3, heads, 4)
    grouped = clique.scatter(group_attention(*clique.gather(qkv), None))
    torch.testing.assert_close(grouped, table_attention(qkv, clique.table(), None))


def test_an_empty_list_gives_zeros_and_finite_gradients() -> None:
    qkv = torch.randn(1, 2, 3, 1, 4, requires_grad=True)
    out = table_attention(qkv, torch.tensor([[-1, -1], [0, -1]]), None)
    assert (out[0, 0] == 0).all()
    torch.testing.assert_close(out[0, 1], qkv[0, 0, 2])
    out.sum().backward()
    assert qkv.grad is not None
    assert qkv.grad.isfinite().all()


def test_geometry_refuses_another_size_when_the_model_is_tied_to_one() -> None:
    with pytest.raises(HrmEdgeError, match="tie this model"):
        Geometry(CONFIGS["full-rope"], sudoku_task(2, 3))
    assert Geometry(structured_sudoku(), sudoku_task(4, 4)).tokens == 4096

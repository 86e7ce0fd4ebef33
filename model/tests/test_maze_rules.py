"""Rows of mazes: taken when solved, named by file and line when not."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from hrm_edge.data import read_boards
from hrm_edge.errors import HrmEdgeError
from hrm_edge.families import structured_maze
from hrm_edge.kernels.build import load
from hrm_edge.tasks import Task

from .conftest import invoke

needs_compiler = pytest.mark.skipif(load("maze") is None, reason="no C++ compiler to make mazes with")


@pytest.mark.parametrize(
    ("question", "answer", "message"),
    [
        ("S  | # |G  ", "S  |o# |Go ", "no shortest way"),  # a cell beside the way
        ("S  |   |G  ", "Soo|  o|Goo", "no shortest way"),
        ("SG |   |   ", "SG |   |  o", "no shortest way"),
        ("S  |   |  G", "So |  o| oG", "no way from S to G"),
        ("S  |   |G  ", "S  |   |G  ", "no way from S to G"),
        ("S #|  #|##G", "S #|  #|##G", "there is no way from S to G"),
        ("S  | # |G  ", "S  |## |G  ", "is not the question with o in free cells"),
        ("S  | # |G  ", "S  |oo |G  ", "is not the question with o in free cells"),
        ("S  | # |G  ", "So |S# |G  ", "is not the question with o in free cells"),
        ("S  |o# |G  ", "S  |o# |G  ", "the question has an o"),
        ("   |   |G  ", "   |   |G  ", "the question has not one S and one G"),
        ("S  |  S|G  ", "S  |o S|G  ", "the question has not one S and one G"),
        ("S  |  G|G  ", "S  |o G|G  ", "the question has not one S and one G"),
    ],
)
def test_a_row_that_is_no_solved_maze_is_named(tmp_path: Path, question: str, answer: str, message: str) -> None:
    data = tmp_path / "m.csv"
    lines = ["question,answer", "S#G|   |   ,S#G|ooo|   ", "   |   |S G,   |   |SoG", f"{question},{answer}"]
    data.write_text("\n".join(lines[:3]).replace("|", ""))
    assert len(read_boards([data], Task(structured_maze(3, 3)))) == 2
    data.write_text("\n".join(lines).replace("|", ""))
    with pytest.raises(HrmEdgeError, match=rf"m\.csv: line 4: .*{message}") as caught:
        read_boards([data], Task(structured_maze(3, 3)))
    assert caught.value.code == "data"


@needs_compiler
def test_made_mazes_are_taken_and_transposed_ones_are_not(tmp_path: Path) -> None:
    invoke("mazes", 20, tmp_path / "m.csv", "--size", "14x8", "--least", 5)
    assert len(read_boards([tmp_path / "m.csv"], Task(structured_maze(14, 8)))) == 20
    with pytest.raises(HrmEdgeError, match="line 2: question has 8 cells in row 1, not 14"):
        read_boards([tmp_path / "m.csv"], Task(structured_maze(8, 14)))
    with (tmp_path / "m.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(len(drawing.split("\n")) == 14 for row in rows for drawing in (row["question"], row["answer"]))
    flat = tmp_path / "flat.csv"
    lines = (f"{row['question']},{row['answer']}".replace("\n", "") for row in rows)
    flat.write_text("\n".join(("question,answer", *lines)))
    as_drawn, in_a_row = (
        read_boards([tmp_path / name], Task(structured_maze(14, 8))) for name in ("m.csv", "flat.csv")
    )
    assert as_drawn.digest() == in_a_row.digest()
    with pytest.raises(HrmEdgeError, match=r"line 2: "):
        read_boards([flat], Task(structured_maze(8, 14)))

"""Mazes: made, read, asked and trained on one size for any."""

from __future__ import annotations

import csv
import gzip
import tracemalloc
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from hrm_edge import mazes
from hrm_edge.checkpoint import save_checkpoint
from hrm_edge.config import MAZE_SYMBOLS, HRMConfig
from hrm_edge.data import Boards
from hrm_edge.errors import HrmEdgeError
from hrm_edge.families import structured_maze, structured_sudoku
from hrm_edge.hrm import HRM
from hrm_edge.kernels.build import load
from hrm_edge.lists import Geometry
from hrm_edge.mazes import Mazes, make_mazes, usual_moves
from hrm_edge.tasks import Task
from hrm_edge.train_cli import _write_rows
from hrm_edge.train_config import SearchConfig
from hrm_edge.train_slots import Slots

from .conftest import board_of, invoke

needs_compiler = pytest.mark.skipif(load("maze") is None, reason="no C++ compiler to make mazes with")
WALL, FREE, START, GOAL, PATH = range(1, 6)


def labelled(question: list[int], cols: int) -> list[int]:
    """The first of the shortest ways from S, moves in the order down, left, right, up: by distances from G."""
    rows = len(question) // cols

    def around(at: int) -> list[int]:
        row, col = divmod(at, cols)
        moves = ((row + 1, col), (row, col - 1), (row, col + 1), (row - 1, col))
        cells = [r * cols + c for r, c in moves if 0 <= r < rows and 0 <= c < cols]
        return [cell for cell in cells if question[cell] != WALL]

    distance, edge = {question.index(GOAL): 0}, [question.index(GOAL)]
    for at in edge:
        for to in around(at):
            if to not in distance:
                distance[to] = distance[at] + 1
                edge.append(to)
    answer, at = list(question), question.index(START)
    while distance[at] > 1:
        at = next(to for to in around(at) if distance.get(to) == distance[at] - 1)
        answer[at] = PATH
    return answer


@needs_compiler
@pytest.mark.parametrize(("rows", "cols", "least"), [(7, 11, 8), (12, 12, 14), (1, 5, 3)])
def test_made_mazes_are_labelled_as_the_benchmark_labels(rows: int, cols: int, least: int) -> None:
    made = make_mazes(40, rows, cols, least=least, seed=3)
    for question, answer, moves in zip(*(t.tolist() for t in made), strict=True):
        assert question.count(START) == question.count(GOAL) == 1
        assert PATH not in question
        assert answer == labelled(question, cols)
        assert answer.count(PATH) + 1 == moves >= least


@needs_compiler
def test_the_share_of_walls_is_what_is_asked_for() -> None:
    def share(**kind: tuple[float, float]) -> Tensor:
        walls = (make_mazes(50, 15, 15, least=2, seed=1, **kind).questions == WALL).float().mean(1)
        return torch.stack((walls.min(), walls.max()))

    assert torch.equal(share(walls=(0.0, 0.0)), torch.zeros(2))
    low, high = share(walls=(0.1, 0.3)).tolist()
    assert 0.05 < low < 0.15 < 0.25 < high < 0.4


@needs_compiler
@pytest.mark.parametrize(("rows", "cols"), [(9, 13), (10, 12), (2, 7), (1, 6)])
def test_passages_meet_again_where_loops_are_asked_for_alone(rows: int, cols: int) -> None:
    def circles(question: list[int]) -> int:
        """How many passages more than it takes to reach every cell: 0 in a tree."""
        free = {cell for cell, symbol in enumerate(question) if symbol != WALL}
        pairs = sum(cell + cols in free for cell in free) + sum(cell + 1 in free for cell in free if (cell + 1) % cols)
        return pairs - (len(free) - 1)

    made = make_mazes(20, rows, cols, least=2, loops=(0, 0))
    for question, answer in zip(*(t.tolist() for t in made[:2]), strict=True):
        assert circles(question) == 0
        assert answer == labelled(question, cols)
    opened = make_mazes(20, rows, cols, least=2, loops=(1, 1)).questions.tolist()
    assert all(circles(question) > 0 for question in opened) == (min(rows, cols) > 2)


@needs_compiler
def test_the_seed_decides() -> None:
    first, again, other = (make_mazes(5, 9, 9, least=6, seed=s).questions for s in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


@needs_compiler
@pytest.mark.parametrize("kind", [{}, {"loops": (0.1, 0.3)}])
def test_short_calls_of_the_kernel_make_what_a_long_one_makes(monkeypatch: pytest.MonkeyPatch, kind: dict) -> None:
    def made(cells: int) -> tuple[list[int], bytes]:
        """What progress said, and the mazes, of which few grids give one."""
        monkeypatch.setattr(mazes, "SLICE", cells)
        seen: list[int] = []
        boards = make_mazes(20, 7, 9, least=15, seed=5, on_progress=lambda there, _: seen.append(there), **kind)
        return seen, boards.questions.numpy().tobytes() + boards.answers.numpy().tobytes()

    (whole, one), (parts, many) = made(2**30), made(3 * 63)
    assert one == many
    assert whole == [20]
    assert len(parts) > 2
    assert parts == sorted(parts)


@needs_compiler
def test_what_takes_long_can_be_interrupted() -> None:
    def interrupt(made: int, failed: int) -> None:
        assert (made, failed) == (0, mazes.SLICE // 10_000)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_mazes(3, 100, 100, least=6000, on_progress=interrupt)


@needs_compiler
@pytest.mark.parametrize("size", ["6x9", "2x2", "1x5", "5x1", "40x40"])
def test_how_far_a_goal_is_follows_the_size(tmp_path: Path, size: str) -> None:
    rows, cols = map(int, size.split("x"))
    invoke("mazes", 3, tmp_path / "m.csv", "--size", size)
    with (tmp_path / "m.csv").open(newline="") as file:
        assert all(int(row["moves"]) >= rows + cols - 2 for row in csv.DictReader(file))
    assert usual_moves(30, 30) == 109


@needs_compiler
def test_rows_are_written_one_by_one(tmp_path: Path) -> None:
    made = Mazes(*(torch.cat((part,) * 2000) for part in make_mazes(1, 30, 30, least=40)))
    tracemalloc.start()
    _write_rows(tmp_path / "m.csv.gz", " " + MAZE_SYMBOLS, ("question", "answer", "moves"), made)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < made.questions.nbytes
    with gzip.open(tmp_path / "m.csv.gz", "rt") as file:
        rows = [(row["question"], row["answer"], int(row["moves"])) for row in csv.DictReader(file)]
    task = Task(structured_maze(30, 30))
    assert rows == [(task.format(made.questions[0]), task.format(made.answers[0]), int(made.moves[0]))] * 2000


@needs_compiler
def test_what_cannot_be_made_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HrmEdgeError, match="only 0 of 3 mazes of 2 x 2 with 3 moves were found"):
        make_mazes(3, 2, 2, least=3)
    for least in (0, 4, 2**40):
        with pytest.raises(HrmEdgeError, match=f"no shortest way in 2 x 2 cells has {least} moves"):
            make_mazes(3, 2, 2, least=least)
    with pytest.raises(HrmEdgeError, match="no maze has 300 x 3 cells"):
        make_mazes(3, 300, 3, least=1)
    for count in (10**15, 1_000_000):
        with pytest.raises(HrmEdgeError, match=f"{count} mazes of 256 x 256 are too many at once: 15258 at most"):
            make_mazes(count, 256, 256, least=3)
    for wrong in ((0.5, 0.4), (-0.1, 0.2), (0.2, 1.1), (float("nan"), 0.5)):
        with pytest.raises(HrmEdgeError, match="is no range of shares"):
            make_mazes(3, 9, 9, least=1, walls=wrong)
    with pytest.raises(HrmEdgeError, match="--size 9: not rows x columns"):
        invoke("mazes", 3, tmp_path / "m.csv", "--size", "9")


def test_one_model_for_every_size() -> None:
    config = structured_maze(4, 6)
    assert config.any_size
    other = structured_maze(9, 5)
    model, geometry = HRM(config), Geometry(config, other.task)
    tokens = torch.randint(5, (2, 11 * 7))
    twin = HRM(other)
    twin.load_state_dict(model.state_dict())
    got = model(model.initial_carry(2, geometry=geometry), tokens, geometry=geometry)[1]
    assert torch.equal(got, twin(twin.initial_carry(2), tokens)[1])


def test_a_board_is_seen_within_a_ring_of_walls() -> None:
    config = structured_maze(2, 3)
    task = Task(config)
    tokens = task.encode(board_of(task, "S #  G")[None])
    assert "".join(MAZE_SYMBOLS[t] for t in tokens[0]) == "######S ###  G######"
    assert tokens.shape[1] == config.seq_len == Geometry(config).tokens
    logits = torch.arange(20.0)[None, :, None] * torch.ones(5)
    assert task.symbol_logits(logits)[0, :, 0].tolist() == [6, 7, 8, 11, 12, 13]
    plain = {"task": config.task.model_copy(update={"walled": None}).model_dump(exclude_none=True), "seq_len": 6}
    dumped = config.model_dump(exclude_none=True)
    as_is = Task(HRMConfig.parse(dumped | plain))
    assert as_is.encode(board_of(task, "S #  G")[None]).tolist() == [[2, 1, 0, 1, 1, 3]]
    with pytest.raises(HrmEdgeError, match="seq_len 6 for a board of 20 tokens"):
        HRMConfig.parse(dumped | {"seq_len": 6})
    with pytest.raises(HrmEdgeError, match="only mazes are walled"):
        HRMConfig.parse(dumped | {"task": dumped["task"] | {"kind": "grid"}})


def test_a_bias_along_rows_ties_a_maze_to_its_size() -> None:
    config = structured_maze(4, 6).model_dump(exclude_none=True) | {"lists": ["neighbours", "row", "row", "column"]}
    tied = HRMConfig.parse(config)
    assert not tied.any_size
    with pytest.raises(HrmEdgeError, match="tie this model to 48 tokens"):
        Geometry(tied, structured_maze(9, 5).task)
    with pytest.raises(HrmEdgeError, match="one shape only"):
        Task(tied, structured_maze(9, 5).task)


def test_a_maze_has_the_symbols_of_a_maze() -> None:
    config = structured_maze(4, 6).model_dump(exclude_none=True)
    with pytest.raises(HrmEdgeError, match="a maze has the symbols"):
        HRMConfig.parse(config | {"task": config["task"] | {"symbols": list("#.SGo")}})


def test_walls_start_and_goal_stay_whatever_the_logits_say() -> None:
    task = Task(structured_maze(1, 5))
    question = board_of(task, "S  G#")[None]
    logits = torch.zeros(1, 3 * 7, 5)
    logits[..., PATH - 1] = 1
    assert task.format(task.decode(logits, question)[0]) == "SooG#"


@needs_compiler
def test_only_free_cells_are_asked() -> None:
    made = make_mazes(6, 5, 5, least=4, seed=1)
    task = Task(structured_maze(5, 5))
    plain = SearchConfig.model_validate({"noise": 0})
    slots = Slots(Boards(*made[:2], [Path("made")] * 6), task, plain, size=6, window=1, seed=0)
    free = (slots.tokens == MAZE_SYMBOLS.index(" ")).view(6, 7, 7)[:, 1:-1, 1:-1].flatten(1)
    assert torch.equal(slots.answers >= 0, free)
    assert set(slots.answers[free].tolist()) <= {FREE - 1, PATH - 1}
    # Right where asked, wrong everywhere else: solved.
    logits = torch.zeros(6, 5, 5, 5).flatten(1, 2).scatter(2, slots.answers.clamp(min=0)[..., None], 1.0)
    logits = F.pad(logits.view(6, 5, 5, 5), (0, 0, 1, 1, 1, 1)).flatten(1, 2)
    assert slots.advance(logits, 1)["plain_solved"] == 6


RUN = """
[model]
kind = "maze"
rows = {size}
cols = {size}
hidden_size = 16
num_heads = 2
[data]
train = ["m{size}.csv.gz"]
holdout_rows = 4
[train]
steps = 3
batch = 4
window = 2
eval_rows = 4
eval_steps = 2
"""


@needs_compiler
def test_a_run_on_larger_mazes_starts_from_one_on_smaller(tmp_path: Path) -> None:
    for size in (5, 8):
        assert "20 mazes" in invoke("mazes", 20, tmp_path / f"m{size}.csv.gz", "--size", f"{size}x{size}", "--least", 5)
        (tmp_path / f"{size}.toml").write_text(RUN.format(size=size))
    with gzip.open(tmp_path / "m5.csv.gz", "rt") as file:
        assert all(int(row["moves"]) >= 5 and len(row["answer"]) == 25 for row in csv.DictReader(file))
    invoke("train", tmp_path / "5.toml", "--out", tmp_path / "small")
    said = invoke("train", tmp_path / "8.toml", "--out", tmp_path / "large", "--start", tmp_path / "small" / "last.pt")
    assert "fused CPU kernel" in said
    again = ("--out", tmp_path / "large", "--steps", 4, "--start", tmp_path / "small" / "last.pt")
    assert "last.pt is not read: " in invoke("train", tmp_path / "8.toml", *again)
    sudoku = tmp_path / "sudoku.pt"
    config = structured_sudoku(16, box_rows=2, box_cols=2)
    save_checkpoint(sudoku, config, HRM(config).state_dict())
    with pytest.raises(HrmEdgeError, match="name is 'sudoku', not 'maze'"):
        invoke("train", tmp_path / "8.toml", "--out", tmp_path / "other", "--start", sudoku)
    other = tmp_path / "other.toml"
    other.write_text(RUN.format(size=8).replace("hidden_size = 16", "hidden_size = 32"))
    with pytest.raises(HrmEdgeError, match="its model is not the config's: hidden_size is 16, not 32"):
        invoke("train", other, "--out", tmp_path / "other", "--start", tmp_path / "small" / "last.pt")

"""The example that people start their own puzzle from: from its generator to a weights file."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from hrm_edge.card import ModelCard
from hrm_edge.errors import HrmEdgeError
from hrm_edge.families import structured_grid
from hrm_edge.golden import random_state
from hrm_edge.hrm import HRM
from hrm_edge.train_config import read_run
from hrm_edge.weights_file import read_weights

from .conftest import invoke

EXAMPLE = Path(__file__).parents[2] / "examples" / "own-puzzle"


def test_from_the_example_to_a_weights_file(tmp_path: Path) -> None:
    made = subprocess.run([sys.executable, EXAMPLE / "make.py", "210", "1"], capture_output=True, text=True, check=True)
    (tmp_path / "mazes.csv").write_text(made.stdout)
    for row in csv.DictReader(made.stdout.splitlines()):
        cells = [i for i, symbol in enumerate(row["answer"]) if symbol in "SoG"]
        assert row["answer"].replace("o", " ") == row["question"]
        # A way without branches: its ends touch one other cell of it, the rest two.
        touching = {i: sum(abs(i - j) in (1, 9) for j in cells) for i in cells}
        ends = [i for i in cells if row["answer"][i] in "SG"]
        assert all(touching[i] == (1 if i in ends else 2) for i in cells)
    invoke("train", EXAMPLE / "mazes.toml", "--data", tmp_path, "--out", tmp_path / "run", "--steps", 2, "--batch", 4)
    weights = tmp_path / "paths.safetensors"
    invoke("export", tmp_path / "run" / "last.pt", weights, "--card", EXAMPLE / "card.json", "--h-cycles", 2)
    of = read_weights(weights)
    assert of.config.task.name == "paths"
    assert of.config == structured_grid(
        9, 9, "# SGo", name="paths", lists=["neighbours", "neighbours", "row", "column"], H_cycles=2
    )


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("rows = 9\ncols = 9\nsymbols = '##'", "symbols must differ"),
        ("rows = 9\nsymbols = 'ab'", "cols"),
        ("name = 'paths'", "symbols: missing"),
        ("rows = 9\ncols = 9", "symbols: missing"),
        ("rows = 9\ncols = 9\nsymbols = 'ab'\ncolour = 'red'", "colour"),
        (
            "rows = 9\ncols = 9\nsymbols = 'ab'\nlists = ['box', 'row', 'row', 'row']",
            "lists: 'box' is none of row, column, neighbours, all$",
        ),
        ("rows = 9\ncols = 9\nsymbols = 'ab'\nlists = ['row', 'cell']", "lists: 'cell' is none of row, column, nei"),
        ("rows = 9\ncols = 9\nsymbols = 'ab'\nlists = 'row'", "lists: Input should be a valid list"),
        (
            "rows = 9\ncols = 9\nsymbols = 'ab'\nname = 'My Grid'",
            "name: 'My Grid' is not made of at most 64 lower-case",
        ),
        ("rows = 9\ncols = 9\nsymbols = 'ab'\nname = '-a'", "name: '-a' is not made of"),
        ("rows = 9\ncols = 9\nsymbols = 'ab'\nname = 'maze'", "name: 'maze' is the task of other weights"),
        ("hidden = 9", "hidden: no such key; there are hidden_size, num_heads, box_rows, box_cols, .*, q_outputs$"),
        (
            "rows = 9\ncols = 9\nsymbols = 'ab'\nheads = 4",
            "heads: no such key; there are rows, cols, symbols, hidden_size,",
        ),
        ("kind = 'mase'\nrows = 9\ncols = 9", "kind: 'mase': mazes have the kind 'maze', other puzzles none"),
        ("rows = 999\ncols = 9\nsymbols = 'ab'", "rows: Input should be less than or equal to 256"),
        ("rows = '9'\ncols = 9\nsymbols = 'ab'", "rows: not a whole number: '9'"),
        ("rows = 9\ncols = 9\nsymbols = 3", "symbols: not a text: 3"),
        ("box_rows = 17", "box_rows: Input should be less than or equal to 16"),
        ("hidden_size = 30", "hidden_size"),
        ("hidden_size = 8", "hidden_size 8 over 4 heads is 2 each, not a multiple of 4 up to 256$"),
    ],
)
def test_a_model_that_cannot_be_is_named(tmp_path: Path, model: str, message: str) -> None:
    path = tmp_path / "run.toml"
    path.write_text(f"[model]\n{model}\n[data]\ntrain = ['x.csv']\n[train]\nsteps = 1\n")
    with pytest.raises(HrmEdgeError, match=rf"run\.toml: model: .*{message}") as caught:
        read_run(path)
    assert caught.value.code == "config"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[training]\nsteps = 1\n", r"training: none of the tables \[model\], \[data\], \[search\], \[train\]$"),
        ("[model]\nhidden_size = 16\n", r"\[train\]: missing$"),
        ("[train]\nbacth = 8\nsteps = 1\n", "train.bacth: no such key; there are batch, window, .*, eval_steps$"),
        ("[train]\nsteps = 1\n[search]\ngiven = 0\n", "search.given: no such key; there are givens, exclusions, "),
    ],
)
def test_a_table_or_key_of_another_name_or_none_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "run.toml"
    path.write_text(f"{text}[data]\ntrain = ['x.csv']\n")
    with pytest.raises(HrmEdgeError, match=rf"run\.toml: {message}") as caught:
        read_run(path)
    assert caught.value.code == "config"


def test_a_byte_order_mark_is_read_over(tmp_path: Path) -> None:
    path, card = tmp_path / "run.toml", tmp_path / "card.json"
    path.write_text("[data]\ntrain = ['x.csv']\n", encoding="utf-8-sig")
    assert read_run(path, {"steps": 3}).train.steps == 3  # a budget makes a table
    card.write_text('{"name": "mine"}', encoding="utf-8-sig")
    assert ModelCard.read(card).name == "mine"
    card.write_text("{", encoding="utf-8-sig")
    with pytest.raises(HrmEdgeError, match=r"card\.json: hrm\.card is not JSON"):
        ModelCard.read(card)


def test_a_table_that_is_none_is_named(tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text("train = 3\n[data]\ntrain = ['x.csv']\n")
    with pytest.raises(HrmEdgeError, match=r"run\.toml: train: Input should be") as caught:
        read_run(path, {"steps": 3})
    assert caught.value.code == "config"


def test_full_attention_with_positions_in_the_short_form(tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    model = "rows = 2\ncols = 3\nsymbols = 'ab'\nattention = 'full'\npos_encodings = 'learned'\nhidden_size = 16"
    path.write_text(f"[model]\n{model}\n[data]\ntrain = ['x.csv']\n[train]\nsteps = 1\n")
    config = read_run(path).hrm()
    assert (config.lists, config.list_bias, config.pos_encodings) == ([], False, "learned")
    out = HRM(config)
    tokens = torch.tensor([[0, 1, 0, 0, 1, 0]])
    logits = out(out.initial_carry(1), tokens)[1]
    assert not torch.equal(logits[:, 0], logits[:, 2])  # places that a mirror exchanges
    with pytest.raises(HrmEdgeError, match="0 lists for 4 heads"):
        structured_grid(2, 3, "ab", 16, lists=[])


def answers(board: torch.Tensor, lists: list[str], **options: bool) -> torch.Tensor:
    """Logits ``[rows, cols, symbols]`` after two steps of a net with nothing left at zero."""
    config = structured_grid(*board.shape, "abc", 16, lists=lists, **options)
    model = HRM(config).eval()
    model.load_state_dict(random_state(config, 1))
    carry = model.initial_carry(1)
    for _ in range(2):
        carry, logits, _ = model(carry, board.reshape(1, -1))
    return logits[0].detach().view(*board.shape, 3)


def test_what_a_cell_knows_of_places_is_what_the_readme_says() -> None:
    board = torch.randint(3, (4, 5))
    board[:, 3] = board[:, 1]
    absolute, every = ["row", "column", "all", "all"], ["row", "column", "neighbours", "all"]

    def same(a: torch.Tensor, b: torch.Tensor) -> bool:
        return torch.allclose(a, b, atol=1e-4)

    for axis in (0, 1):
        plain, mirrored = (answers(b, absolute) for b in (board, board.flip(axis)))
        assert not same(mirrored.flip(axis), plain)
        plain, mirrored = (answers(b, every, list_bias=False) for b in (board, board.flip(axis)))
        assert same(mirrored.flip(axis), plain)
    alike = answers(board, absolute)
    assert same(alike[:, 3], alike[:, 1])
    assert not same(alike[:, 2], alike[:, 1])
    near = answers(board, every)
    assert not same(near[:, 3], near[:, 1])
    uniform = answers(torch.ones_like(board), every)
    assert same(uniform, uniform[:1, :1].expand_as(uniform))


def test_the_example_says_how_it_is_called() -> None:
    said = subprocess.run([sys.executable, EXAMPLE / "make.py"], capture_output=True, text=True, check=False)
    assert said.returncode == 2
    assert said.stderr.startswith("usage: make.py")

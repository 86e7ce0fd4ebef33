"""The commands around training, from the board generator to an evaluated checkpoint."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

from hrm_edge.card import ModelCard
from hrm_edge.checkpoint import load_checkpoint, save_checkpoint
from hrm_edge.cli import app
from hrm_edge.errors import HrmEdgeError
from hrm_edge.evaluate import report
from hrm_edge.families import structured_sudoku
from hrm_edge.golden import random_state
from hrm_edge.kernels.build import load
from hrm_edge.train import Trainer
from hrm_edge.train_plot import plot_curve

from .conftest import invoke

pytestmark = pytest.mark.skipif(load("sudoku") is None, reason="no C++ compiler to make boards with")

RUN = """
[model]
hidden_size = 16
box_rows = 2
box_cols = 2
H_cycles = 1
L_cycles = 1
[data]
train = ["boards.csv.gz"]
holdout_rows = 8
[train]
steps = 4
batch = 4
window = 2
eval_rows = 8
eval_steps = 2
"""


def test_from_boards_to_a_report(tmp_path: Path) -> None:
    data = tmp_path / "boards.csv.gz"
    said = invoke("generate", 30, data, "--box", "2x2", "--seed", 3)
    assert "30 boards" in said
    assert "| 30/30 [" in said  # a bar says how far it is
    with gzip.open(data, "rt") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 30
    assert set(rows[0]) == {"question", "answer", "guesses"}
    first = data.read_bytes()
    invoke("generate", 30, data, "--box", "2x2", "--seed", 3)
    assert data.read_bytes() == first

    (tmp_path / "run.toml").write_text(RUN)
    out = tmp_path / "run"
    assert "8 held out" in invoke("train", tmp_path / "run.toml", "--out", out)
    assert {p.name for p in out.iterdir()} == {"last.pt", "metrics.jsonl", "training.png"}
    again = invoke("train", tmp_path / "run.toml", "--out", out)
    assert "step 4\nthis run is done; a larger --steps goes on with it" in again
    assert "%|" not in again  # no bar that stays at its start

    target = tmp_path / "report.json"
    invoke("evaluate", out / "last.pt", "--data", data, "--out", target, "--limit", 5, "--skip", 3, "--most", 2)
    found = json.loads(target.read_text())
    assert found["n"] == 5
    assert [row["steps"] for row in found["float32"]] == [1, 2]
    assert target.with_suffix(".png").read_bytes().startswith(b"\x89PNG")

    unwritable = tmp_path / "run.toml" / "report.json"
    with pytest.raises(HrmEdgeError, match=r"report\.json: cannot be written"):
        invoke("evaluate", out / "last.pt", "--data", data, "--out", unwritable, "--limit", 1, "--most", 1)

    other = tmp_path / "other.toml"
    other.write_text(RUN.replace("hidden_size = 16", "hidden_size = 32"))
    with pytest.raises(HrmEdgeError, match="not the config's"):
        invoke("train", other, "--out", tmp_path / "other", "--start", out / "last.pt")


def test_a_run_that_needs_more_memory_than_there_is_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    invoke("generate", 16, tmp_path / "boards.csv.gz", "--box", "2x2")
    (tmp_path / "run.toml").write_text(RUN)
    usual = ("train", tmp_path / "run.toml", "--out", tmp_path / "run")
    with pytest.raises(HrmEdgeError, match="out of memory: take a smaller batch") as caught:
        invoke(*usual, "--batch", 10**14)
    assert caught.value.code == "memory"
    monkeypatch.setattr(Trainer, "update", lambda _: torch.empty(2**60, dtype=torch.uint8))
    with pytest.raises(HrmEdgeError, match="out of memory"):
        invoke(*usual)

    def another(_: Trainer) -> None:
        raise RuntimeError("another")

    monkeypatch.setattr(Trainer, "update", another)
    with pytest.raises(RuntimeError, match="another"):
        invoke(*usual)


@pytest.mark.parametrize(("warmup", "says"), [(5, True), (4, False)])
def test_a_run_that_ends_in_its_warm_up_says_so(tmp_path: Path, warmup: int, says: bool) -> None:
    invoke("generate", 16, tmp_path / "boards.csv.gz", "--box", "2x2")
    (tmp_path / "run.toml").write_text(RUN + f"warmup = {warmup}\n")
    said = invoke("train", tmp_path / "run.toml", "--out", tmp_path / "run")
    assert ("the learning rate never reached 0.001: warmup is 5 updates, the run had 4" in said) == says


@pytest.mark.parametrize("left", [None, b'{"loss": 1}\xff\n3\n'], ids=["no file", "not UTF-8"])
def test_a_run_that_is_done_ends_well_without_its_metrics(tmp_path: Path, left: bytes | None) -> None:
    invoke("generate", 16, tmp_path / "boards.csv.gz", "--box", "2x2")
    (tmp_path / "run.toml").write_text(RUN.replace("holdout_rows = 8", ""))
    usual = ("train", tmp_path / "run.toml", "--out", tmp_path / "run")
    invoke(*usual)
    metrics, plot = tmp_path / "run" / "metrics.jsonl", tmp_path / "run" / "training.png"
    metrics.unlink()
    plot.unlink()
    if left is not None:
        metrics.write_bytes(left)
    assert "this run is done" in invoke(*usual)
    assert plot.read_bytes().startswith(b"\x89PNG")


def test_training_goes_on_from_a_weights_file(tmp_path: Path) -> None:
    config = structured_sudoku(16, box_rows=2, box_cols=2, H_cycles=1, L_cycles=1)
    checkpoint, card, weights = tmp_path / "first.pt", tmp_path / "card.json", tmp_path / "first.safetensors"
    save_checkpoint(checkpoint, config, random_state(config, 5))
    card.write_text(ModelCard(name="test").to_json())
    invoke("export", checkpoint, weights, "--card", card, "--h-cycles", 3)  # what ships thinks longer than what trains
    invoke("generate", 16, tmp_path / "boards.csv.gz", "--box", "2x2")
    (tmp_path / "run.toml").write_text(RUN.replace("[train]", "[train]\nlr = 1e-9"))
    invoke("train", tmp_path / "run.toml", "--out", tmp_path / "run", "--start", weights)
    of, state = load_checkpoint(tmp_path / "run" / "last.pt")
    assert of == config
    for name, tensor in load_checkpoint(weights)[1].items():
        assert torch.allclose(state[name], tensor, atol=1e-6)
    spoilt = weights.read_bytes()[:-1]
    weights.write_bytes(spoilt)
    with pytest.raises(HrmEdgeError) as caught:
        invoke("train", tmp_path / "run.toml", "--out", tmp_path / "again", "--start", weights)
    assert caught.value.code == "weights"


def test_float_and_int8_curves_are_close(tmp_path: Path) -> None:
    config = structured_sudoku(16, box_rows=2, box_cols=2)
    checkpoint, data = tmp_path / "random.pt", tmp_path / "boards.csv"
    save_checkpoint(checkpoint, config, random_state(config, 5))
    invoke("generate", 16, data, "--box", "2x2", "--givens", 12)
    found = report(checkpoint, data, most=4)
    assert load_checkpoint(checkpoint)[0] == config
    for a, b in zip(found["float32"], found["int8"], strict=True):
        assert abs(a["cells"] - b["cells"]) < 0.1
        assert 0 < a["cells"] < 1


def test_a_plot_takes_any_name(tmp_path: Path) -> None:
    rows = [{"steps": 1, "exact": 0.5}]
    plot_curve({"data": "a$_\\frac{$.csv", "n": 3, "float32": rows}, tmp_path / "curve.png")
    assert (tmp_path / "curve.png").exists()


def test_what_cannot_be_made_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HrmEdgeError, match="--box 3by3"):
        invoke("generate", 1, tmp_path / "x.csv", "--box", "3by3")
    with pytest.raises(HrmEdgeError, match="17 givens on a board of 16"):
        invoke("generate", 1, tmp_path / "x.csv", "--box", "2x2", "--givens", 17)
    for flag, value in [("seed", 2**63), ("seed", -(2**63) - 1), ("givens", -1), ("least", -3), ("greatest", 10**23)]:
        said = CliRunner().invoke(app, ["generate", "1", str(tmp_path / "x.csv"), f"--{flag}={value}"])
        assert said.exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_evaluated_is_refused(tmp_path: Path) -> None:
    config = structured_sudoku(16, box_rows=2, box_cols=2, H_cycles=1, L_cycles=1)
    checkpoint, data, out = tmp_path / "random.pt", tmp_path / "boards.csv", tmp_path / "out"
    save_checkpoint(checkpoint, config, random_state(config, 5))
    invoke("generate", 5, data, "--box", "2x2")
    usual = ("evaluate", checkpoint, "--data", data, "--no-quantised")
    for name in ("report.png", "report.PNG"):
        # Refused before anything is read, of which nothing is there.
        with pytest.raises(HrmEdgeError, match="plot beside the JSON file") as caught:
            invoke("evaluate", tmp_path / "none.pt", "--data", data, "--out", out / name)
        assert caught.value.code == "file"
    for skip, limit in (("5", "3"), ("99", "1")):
        with pytest.raises(HrmEdgeError, match=f"no row is left after the first {skip}") as caught:
            invoke(*usual, "--out", out / "report.json", "--skip", skip, "--limit", limit)
        assert caught.value.code == "data"
    for flag, value in (("most", 0), ("skip", -5), ("limit", 0), ("limit", -1)):
        said = CliRunner().invoke(app, [*map(str, usual), "--out", str(out / "report.json"), f"--{flag}={value}"])
        assert said.exit_code == 2
    assert not out.exists()

from __future__ import annotations

import json
import math
import sys
from pathlib import Path

import pytest
import torch

from hrm_edge.checkpoint import save_checkpoint
from hrm_edge.cli import main, read_task
from hrm_edge.convert import OFFICIAL_TASKS
from hrm_edge.errors import HrmEdgeError
from hrm_edge.golden import random_state
from hrm_edge.weights_file import read_weights

from .conftest import CONFIGS, invoke
from .test_convert import lab_checkpoint, official_state

CARD = {"name": "cli", "license": "Apache-2.0", "mine": {"kept": 1}}


@pytest.fixture
def card(tmp_path: Path) -> Path:
    path = tmp_path / "card.json"
    path.write_text(json.dumps(CARD))
    return path


def test_export(tmp_path: Path, card: Path) -> None:
    config = CONFIGS["full-learned"]
    save_checkpoint(tmp_path / "c.pt", config, random_state(config, 1))
    output = invoke("export", tmp_path / "c.pt", tmp_path / "w.safetensors", "--card", card)
    read = read_weights(tmp_path / "w.safetensors")
    assert read.config == config
    assert read.card.model_dump(exclude_none=True)["mine"] == {"kept": 1}
    assert output.count("rel ") == 12
    assert "worst: " in output


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"name": 5}', "name: "),
        ('{"name": "a", "mine": NaN}', "hrm.card is not JSON: NaN"),
        ('{"name": "a", "mine": 1e999}', "hrm.card has a number beyond a double: 1e999"),
        ('{"name": "a", "mine": ' + "[" * 70 + "]" * 70 + "}", "hrm.card is nested deeper than 64"),
        ('{"name": "a", "name": "b"}', "hrm.card has a key twice"),
    ],
    ids=["type", "nan", "infinite", "deep", "twice"],
)
def test_a_card_that_is_none_is_named(tmp_path: Path, text: str, message: str) -> None:
    config, card = CONFIGS["full-learned"], tmp_path / "card.json"
    save_checkpoint(tmp_path / "c.pt", config, random_state(config, 1))
    card.write_text(text)
    with pytest.raises(HrmEdgeError, match=rf"card\.json: .*{message}"):
        invoke("export", tmp_path / "c.pt", tmp_path / "w.safetensors", "--card", card)


def test_a_card_that_no_header_holds_is_refused(tmp_path: Path, card: Path) -> None:
    config = CONFIGS["full-learned"]
    save_checkpoint(tmp_path / "c.pt", config, random_state(config, 1))
    card.write_text(json.dumps(CARD | {"notes": "x" * 70_000}))
    with pytest.raises(HrmEdgeError, match=r"header length \d+, 70\d+ of it the card's, .*: shorten the card"):
        invoke("export", tmp_path / "c.pt", tmp_path / "w.safetensors", "--card", card)


def test_export_with_longer_steps(tmp_path: Path, card: Path) -> None:
    config, cli = CONFIGS["candidates-4x4"], ("--card", card, "--h-cycles", "5")
    save_checkpoint(tmp_path / "c.pt", config, random_state(config, 1))
    invoke("export", tmp_path / "c.pt", tmp_path / "w.safetensors", *cli)
    assert read_weights(tmp_path / "w.safetensors").config == config.model_copy(update={"H_cycles": 5})


def test_a_run_does_not_get_the_scores_of_another(tmp_path: Path) -> None:
    config = CONFIGS["candidates-4x4"]
    score = {"data": "d", "n": 1, "max_steps": 1, "date": "2026-11-25", "engine": "e"}
    card = {"name": "c", "steps": 7, "hours": 9.0, "scores": [score], "notes": "from elsewhere"}
    (tmp_path / "card.json").write_text(json.dumps(card))
    save_checkpoint(tmp_path / "run.pt", config, random_state(config, 1), step=300, seconds=5400.0)
    save_checkpoint(tmp_path / "converted.pt", config, random_state(config, 1))

    def exported(checkpoint: str, *flags: str) -> dict:
        invoke("export", tmp_path / checkpoint, tmp_path / "w.safetensors", "--card", tmp_path / "card.json", *flags)
        found = read_weights(tmp_path / "w.safetensors").card.model_dump(exclude_none=True)
        assert found.pop("parameters") > 0
        return found

    assert exported("run.pt") == {"name": "c", "steps": 300, "hours": 1.5, "notes": "from elsewhere"}
    assert exported("run.pt", "--keep-card") == exported("converted.pt") == card


@pytest.mark.parametrize(
    "run",
    [
        {"seconds": 5400.0},
        {"seconds": "x", "step": 300},
        {"seconds": math.inf, "step": 300},
        {"seconds": 1.0, "step": -3},
        {"seconds": 1.0, "step": 10**400},
    ],
)
def test_a_run_that_cannot_have_been_is_refused(tmp_path: Path, card: Path, run: dict[str, object]) -> None:
    config = CONFIGS["candidates-4x4"]
    save_checkpoint(tmp_path / "run.pt", config, random_state(config, 1), **run)
    with pytest.raises(HrmEdgeError, match=r"run\.pt: step and seconds are not those of a run") as caught:
        invoke("export", tmp_path / "run.pt", tmp_path / "w.safetensors", "--card", card)
    assert caught.value.code == "checkpoint"


def test_convert_lab_then_export(tmp_path: Path, card: Path) -> None:
    torch.save(lab_checkpoint(), tmp_path / "lab.pt")
    invoke("convert", tmp_path / "lab.pt", tmp_path / "c.pt", "--family", "lab")
    invoke("export", tmp_path / "c.pt", tmp_path / "w.safetensors", "--card", card)
    assert read_weights(tmp_path / "w.safetensors").config.lists[:2] == ["cell", "cell"]


def test_convert_official_with_a_task_file(tmp_path: Path, card: Path) -> None:
    task = OFFICIAL_TASKS["maze"].model_copy(update={"rows": 3, "cols": 4, "name": "small-maze"})
    (tmp_path / "task.json").write_text(task.model_dump_json(exclude_none=True))
    torch.save({f"_orig_mod.model.inner.{k}": v for k, v in official_state(vocab=6).items()}, tmp_path / "o.pt")
    options = ["--family", "official", "--task", tmp_path / "task.json", "--num-heads", "4", "--halt-max-steps", "8"]
    invoke("convert", tmp_path / "o.pt", tmp_path / "c.pt", *options)
    invoke("export", tmp_path / "c.pt", tmp_path / "w.safetensors", "--card", card)
    config = read_weights(tmp_path / "w.safetensors").config
    assert (config.task, config.num_heads, config.halt_max_steps) == (task, 4, 8)


def test_tasks_by_name_or_file(tmp_path: Path) -> None:
    assert read_task("maze") == OFFICIAL_TASKS["maze"]
    for name in ("chess", str(tmp_path), "chess\0"):
        with pytest.raises(HrmEdgeError, match="neither sudoku, maze nor a task file"):
            read_task(name)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b'{"name": "mine", "kind": "grid", "rows": 4, "cols": 5, "symbols": ["a", "dd"]}', r"symbols\.1: "),
        (b"{}", "name: Field required"),
        (b"{", "Invalid JSON"),
        (b"\xff", "'utf-8' codec"),
    ],
)
def test_what_is_wrong_with_a_task_file_is_named(tmp_path: Path, text: bytes, message: str) -> None:
    (tmp_path / "task.json").write_bytes(text)
    with pytest.raises(HrmEdgeError, match=rf"task\.json: {message}") as caught:
        read_task(str(tmp_path / "task.json"))
    assert caught.value.code == "config"


def test_what_the_caller_got_wrong_is_one_line_and_exit_code_2(
    tmp_path: Path, card: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["hrm-model", "export", str(tmp_path / "none.pt"), str(tmp_path / "w"), "--card", str(card)]
    monkeypatch.setattr(sys, "argv", arguments)
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 2
    out, err = capsys.readouterr()
    assert err.startswith("hrm-model: ")
    assert err.count("\n") == 1
    assert out == ""
    assert not (tmp_path / "w").exists()

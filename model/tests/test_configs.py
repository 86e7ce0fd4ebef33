"""The configs of the shipped weights: whoever follows the documents has every file that they name."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from hrm_edge.train_config import read_run

ROOT = Path(__file__).parents[2]
DOCS = {name: (ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("training.md", "mazes.md")}
CONFIGS = sorted(ROOT.glob("model/configs/*.toml"))


def said(document: str, folder: Path) -> list[str]:
    """What the commands of a document's first block that trains would call `hrm_model` with, a call each."""
    block = next(b for b in re.findall(r"```sh\n(.*?)```", document, re.DOTALL) if "hrm_model train" in b)
    # Every function of the block still runs; only the program at the end is another.
    (folder / "model").mkdir()
    script = re.sub(r"\.venv/bin/\S+( --\S+ \d+)?( -m hrm_edge\.cli)", "echo", block)
    run = subprocess.run(["bash", "-euc", script], cwd=folder, capture_output=True, text=True, check=True)
    return run.stdout.splitlines()


def files(config: Path) -> set[str]:
    data = read_run(config).data
    return {path.name for path in (*data.train, *data.holdout, *([data.like] if data.like else []))}


@pytest.mark.parametrize("config", CONFIGS, ids=lambda path: path.name)
def test_every_file_of_a_config_is_made_or_explained(config: Path, tmp_path: Path) -> None:
    there = {name for text in DOCS.values() for name in re.findall(r"`([\w.-]+\.csv\.gz)`", text)}
    for line in said(DOCS["mazes.md"], tmp_path):
        match line.split():
            case ["mazes", _, out, *_]:
                there.add(Path(out).name)
            case ["train", path, *_] if path == f"configs/{config.name}":
                break
    assert files(config) <= there


@pytest.mark.parametrize("document", DOCS)
def test_every_config_that_a_document_trains_is_there(document: str, tmp_path: Path) -> None:
    trained = {line.split()[1] for line in said(DOCS[document], tmp_path) if line.startswith("train ")}
    assert trained
    assert trained <= {f"configs/{path.name}" for path in CONFIGS}

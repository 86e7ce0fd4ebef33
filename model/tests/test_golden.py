from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from hrm_edge.golden import GOLDEN, STEPS, WEIGHTS, cases, trace_case, write_golden
from hrm_edge.quantised import QuantisedHRM
from hrm_edge.weights_file import read_weights

MAX_BYTES = 3_000_000


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """What the script writes, which takes it a while."""
    # In a folder at the same depth, so that the path to the shipped weights is the same.
    folder = tmp_path_factory.mktemp("golden")
    shipped = folder / "model" / "weights"
    shutil.copytree(WEIGHTS, shipped)
    return write_golden(folder / "tests" / "golden", shipped)


def test_committed_vectors_are_what_the_script_writes(written: list[Path]) -> None:
    for path in written:
        if path.name == "float.safetensors":
            continue
        assert path.read_bytes() == (GOLDEN / path.name).read_bytes(), f"{path.name} is stale: run `hrm-model golden`"
    assert {p.name for p in GOLDEN.iterdir()} == {p.name for p in written} | {"README.md", "golden.test.ts"}
    assert sum(p.stat().st_size for p in GOLDEN.iterdir()) < MAX_BYTES


def test_committed_float_results_are_those_of_the_float_model(written: list[Path]) -> None:
    (path,) = (path for path in written if path.name == "float.safetensors")
    committed, found = load_file(GOLDEN / path.name), load_file(path)
    assert committed.keys() == found.keys()
    for name, value in found.items():
        torch.testing.assert_close(committed[name], value, rtol=1e-4, atol=1e-4)


def test_manifest_hashes_are_those_of_the_files() -> None:
    manifest = json.loads((GOLDEN / "manifest.json").read_text())
    assert manifest["steps"] == list(STEPS)
    for entry in manifest["cases"]:
        for key in ("weights", "trace"):
            assert hashlib.sha256((GOLDEN / entry[key]).read_bytes()).hexdigest() == entry[f"{key}_sha256"]


@pytest.mark.parametrize("case", [c for c in cases() if c.config], ids=lambda c: c.name)
def test_traces_hold_together(case) -> None:
    trace = load_file(GOLDEN / f"{case.name}.trace.safetensors")
    config = case.config
    for step in STEPS:
        last_l = f"step{step}.L_level.cycle{config.H_cycles * config.L_cycles - 1}.layers.{config.L_layers - 1}.out"
        last_h = f"step{step}.H_level.cycle{config.H_cycles - 1}.layers.{config.H_layers - 1}.out"
        assert torch.equal(trace[last_l], trace[f"step{step}.z_L"])
        assert torch.equal(trace[last_h], trace[f"step{step}.z_H"])
        assert trace[f"step{step}.logits"].isfinite().all()
    layers = config.H_cycles * (config.L_cycles * config.L_layers + config.H_layers)
    lists = len(dict.fromkeys(config.lists))
    assert len(trace) == 2 + lists + len(STEPS) * (5 * layers + 4)


def test_the_second_step_follows_from_the_carry_of_the_first() -> None:
    case = next(c for c in cases() if c.name == "full-rope")
    weights = read_weights(GOLDEN / "full-rope.weights.safetensors")
    trace = dict(trace_case(case, weights))
    model = QuantisedHRM(weights)
    start = type(model.initial_carry(1))(trace["step1.z_H"][None], trace["step1.z_L"][None])
    carry, logits, _ = model(start, trace["tokens"][None], torch.tensor([case.puzzle]))
    assert torch.equal(carry.z_L[0], trace["step2.z_L"])
    assert torch.equal(logits[0], trace["step2.logits"])


def test_an_empty_list_reads_nothing() -> None:
    trace = load_file(GOLDEN / "cells-alone.trace.safetensors")
    assert (trace["step1.L_level.cycle0.layers.0.attention"] == 0).all()

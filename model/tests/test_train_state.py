"""Files that a run writes: whole whatever happens, and an error by name when they are not, or cannot be written."""

from __future__ import annotations

import itertools
import json
import os
import resource
import signal
import time
from pathlib import Path

import pytest
import torch

from hrm_edge.card import ModelCard
from hrm_edge.checkpoint import save_checkpoint
from hrm_edge.errors import HrmEdgeError
from hrm_edge.export import export_weights
from hrm_edge.files import write_atomic
from hrm_edge.golden import random_state
from hrm_edge.kernels.build import load
from hrm_edge.onnx_export import export_onnx
from hrm_edge.train import Trainer
from hrm_edge.train_state import check_state, save_state
from hrm_edge.weights_file import read_weights

from .conftest import CONFIGS, in_processes
from .test_train import some_boards, tiny

needs_compiler = pytest.mark.skipif(load("sudoku") is None, reason="no C++ compiler to make boards with")


def save_forever(path: Path, saved: int) -> None:
    """Saves larger and larger numbers; writes a byte to ``saved`` after each."""
    for n in itertools.count(1):
        save_state(path, {"n": n, "a": torch.full((20000,), float(n)), "b": torch.full((20000,), float(n))})
        os.write(saved, b".")


def test_50_kills_during_saving_always_leave_a_whole_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "last.pt"
    moments = torch.rand(50, generator=torch.Generator().manual_seed(3)) * 0.02
    seen = set()
    for number, moment in enumerate(moments.tolist()):
        reader, writer = os.pipe()
        child = os.fork()  # torch is loaded already: 50 interpreters would take minutes
        if child == 0:
            try:
                save_forever(path, writer)
            finally:
                os._exit(1)
        os.close(writer)
        for _ in range(1 + number % 3):  # a slow disk may take longer for one than the moment that follows
            assert os.read(reader, 1) == b"."
        time.sleep(moment)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(reader)
        state = torch.load(path, weights_only=True)
        assert state["a"].eq(state["n"]).all()
        assert state["b"].eq(state["n"]).all()
        seen.add(state["n"])
    assert len(seen) > 1


def test_a_run_of_a_cpu_does_not_go_on_on_cuda() -> None:
    saved, fresh = ({"slots": {}, "rng": dict.fromkeys(devices)} for devices in (["cpu"], ["cpu", "cuda"]))
    with pytest.raises(HrmEdgeError, match=r"^run/last\.pt: saved on a CPU, .*: another --out, --start run/last\.pt$"):
        check_state(Path("run/last.pt"), saved, fresh)


@needs_compiler
@pytest.mark.parametrize(
    ("at", "value", "message"),
    [
        *(
            (name, None, f": {name} is not that of this run")
            for name in ("model", "ema", "optimizer", "slots", "carry", "rng")
        ),
        ("run", None, "of no run; a new run takes another --out"),
        ("run", {}, r"search\.givens was None, and is"),
        ("step", None, "step and seconds are not those of a run"),
        ("step", 1.0, "step and seconds are not those of a run"),
        ("seconds", None, "step and seconds are not those of a run"),
        ("seconds", float("nan"), "step and seconds are not those of a run"),
        ("model", {}, r"model\.\S+ is not that of this run"),
        ("ema", [], "ema is not that of this run"),
        ("slots", {"tokens": torch.zeros(2)}, r"slots\.\S+ is not that of this run"),
        ("carry", [torch.zeros(1)], "carry is not that of this run"),
        ("carry", [torch.zeros(1), torch.zeros(1)], r"carry\.0 is not that of this run"),
        ("rng", {"cpu": 3}, r"rng\.cpu is not that of this run"),
        ("optimizer", {"state": {}}, "optimizer is not that of this run"),
    ],
)
def test_a_checkpoint_that_is_not_whole_is_refused(tmp_path: Path, at: str, value: object, message: str) -> None:
    first = Trainer.open(tiny(), some_boards(), None, tmp_path)
    state = {name: was for name, was in first.state().items() if name != at}
    save_state(first.checkpoint, state if value is None else state | {at: value})
    with pytest.raises(HrmEdgeError, match=message) as caught:
        Trainer.open(tiny(), some_boards(), None, tmp_path)
    assert caught.value.code == "checkpoint"
    assert str(first.checkpoint) in str(caught.value)


@needs_compiler
def test_an_option_that_came_after_a_run_had_its_default(tmp_path: Path) -> None:
    first = Trainer.open(tiny(), some_boards(), None, tmp_path)
    state = first.state()
    del state["run"]["train"]["int8"], state["run"]["search"]["ahead"]
    save_state(first.checkpoint, state)
    Trainer.open(tiny(), some_boards(), None, tmp_path)
    with pytest.raises(HrmEdgeError, match=r"train\.int8 was False, and is True now"):
        Trainer.open(tiny(int8=True), some_boards(), None, tmp_path)


@needs_compiler
def test_an_option_of_the_model_that_came_after_a_run_had_its_default(tmp_path: Path) -> None:
    first = Trainer.open(tiny(), some_boards(), None, tmp_path)
    config = json.loads(first.state()["config"])
    assert config.pop("q_pool") == "mean"
    save_state(first.checkpoint, first.state() | {"config": json.dumps(config)})
    Trainer.open(tiny(), some_boards(), None, tmp_path)
    save_state(first.checkpoint, first.state() | {"config": json.dumps(config | {"q_pool": "first"})})
    with pytest.raises(HrmEdgeError, match="of another model: q_pool is 'first', not 'mean'"):
        Trainer.open(tiny(), some_boards(), None, tmp_path)


@needs_compiler
def test_moments_of_other_parameters_are_refused(tmp_path: Path) -> None:
    first = Trainer.open(tiny(), some_boards(), None, tmp_path)
    first.update()
    state = first.state()
    state["optimizer"]["state"][0]["exp_avg"] = torch.zeros(2)
    save_state(first.checkpoint, state)
    with pytest.raises(HrmEdgeError, match=r"optimizer\.state\.exp_avg is not that of this run"):
        Trainer.open(tiny(), some_boards(), None, tmp_path)


def test_a_full_disk_is_named_and_leaves_the_earlier_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "last.pt"
    save_state(path, {"a": torch.zeros(10)})
    good = path.read_bytes()

    def body() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))  # of this fork alone
        for save in (
            lambda: save_state(path, {"a": torch.zeros(20_000)}),  # torch raises RuntimeError here
            lambda: write_atomic(path, lambda to: to.write_bytes(bytes(30_000))),
        ):
            with pytest.raises(HrmEdgeError, match=r"last\.pt: cannot be written: .") as caught:
                save()
            assert caught.value.code == "file"

    assert in_processes(body) == [0]
    assert path.read_bytes() == good
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_no_regular_file_is_not_replaced(tmp_path: Path) -> None:
    pipe, link = tmp_path / "pipe", tmp_path / "link"
    os.mkfifo(pipe)
    link.symlink_to(pipe)
    for path in (pipe, link, tmp_path):
        with pytest.raises(HrmEdgeError, match=f"{path}: cannot be written: it is no regular file") as caught:
            write_atomic(path, lambda to: to.write_bytes(b"new"))
        assert caught.value.code == "file"
    assert pipe.is_fifo()
    assert sorted(tmp_path.iterdir()) == [link, pipe]


def test_a_symbolic_link_stays_and_its_file_is_written(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    file, link = tmp_path / "there" / "file", tmp_path / "link"
    link.symlink_to(file)
    for text in (b"first", b"second"):  # a link to nothing yet, and to a file
        write_atomic(link, lambda to, text=text: to.write_bytes(text))
        assert link.is_symlink()
        assert file.read_bytes() == text
    assert list(file.parent.iterdir()) == [file]


def test_exports_that_cannot_be_written_are_named(tmp_path: Path) -> None:
    config = CONFIGS["candidates-4x4"]
    state = random_state(config, 1)
    export_weights(state, config, ModelCard(name="test"), tmp_path / "good.safetensors")
    weights = read_weights(tmp_path / "good.safetensors")
    (tmp_path / "file").touch()
    path = tmp_path / "file" / "out"  # the superuser may write anywhere, but not in a file
    for write in (
        lambda: save_checkpoint(path, config, state),
        lambda: export_weights(state, config, ModelCard(name="test"), path),
        lambda: export_onnx(weights, path),
    ):
        with pytest.raises(HrmEdgeError, match=f"{path}: cannot be written: ") as caught:
            write()
        assert caught.value.code == "file"

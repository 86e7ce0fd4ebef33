"""The trainer of a GPU: its kernels in Triton's interpreter, its taking turns on the CPU."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from hrm_edge.checkpoint import load_checkpoint
from hrm_edge.data import Boards
from hrm_edge.errors import HrmEdgeError
from hrm_edge.kernels.build import load
from hrm_edge.train import NotFiniteError, Trainer
from hrm_edge.train_choice import trainer_for
from hrm_edge.train_config import RunConfig
from hrm_edge.train_loop import run_trainer
from hrm_edge.train_metrics import read_metrics
from hrm_edge.train_world import World

from .test_train import assert_same, some_boards, tiny

pytest.importorskip("triton")
from hrm_edge.families import structured_grid, structured_sudoku
from hrm_edge.hrm import HRM
from hrm_edge.kernels.cuda_level import fits
from hrm_edge.train_cuda import CudaTrainer

needs_compiler = pytest.mark.skipif(load("sudoku") is None, reason="no C++ compiler to make boards with")
# float16, rounded between kernels and back
TOLERANCE = 2e-3


@pytest.mark.parametrize("sizes", [(32, 4, 2, 2), (64, 8, 2, 2)])
def test_kernels_equal_the_plain_level(sizes: tuple[int, ...]) -> None:
    root = Path(__file__).parents[1]
    call = [sys.executable, "-m", "tests.triton_twin", *map(str, sizes)]
    run = subprocess.run(
        call, cwd=root, env=os.environ | {"TRITON_INTERPRET": "1"}, capture_output=True, text=True, check=True
    )
    errors = json.loads(run.stdout)
    assert len(errors) == 3 + 2 * 4
    assert all(0 <= error < TOLERANCE for error in errors.values()), errors


def test_kernels_fit_models_of_candidates_alone() -> None:
    assert fits(HRM(structured_sudoku(64, 8))) == (64, 192, 4, 2, 9, 729)
    assert fits(HRM(structured_sudoku(32, 4, box_rows=4, box_cols=4))) == (32, 96, 4, 1, 16, 4096)
    others = [
        structured_sudoku(48, 4), structured_sudoku(64, 8, intermediate_size=160), structured_grid(5, 5, ".x", 32),
        structured_grid(5, 5, ".x", 32, attention="full"),
        structured_grid(5, 5, ".x", 32, lists=["row", "row", "column", "column"], list_bias=False),
        structured_sudoku(32, 4, lists=["cell", "cell", "row", "box"]),
    ]  # fmt: skip
    assert [fits(HRM(config)) for config in others] == [None] * len(others)


def test_the_trainer_is_chosen_by_what_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hrm_edge.train_choice.usable", torch.device)
    wide = {"model": {"hidden_size": 64, "num_heads": 8, "box_rows": 2, "box_cols": 2}}

    def chosen(world: World = World(device="cuda"), model: dict = wide, **train) -> type[Trainer]:  # noqa: B008
        run = RunConfig.model_validate(tiny(**({"dtype": "bfloat16"} | train)).model_dump() | model)
        return trainer_for(run, world)

    assert chosen() is CudaTrainer
    assert chosen(World(device="cuda:1")) is CudaTrainer
    assert chosen(World()) is Trainer
    assert chosen(World(0, 2, "cuda:0")) is Trainer
    assert chosen(dtype="float32") is Trainer
    assert chosen(grad="one") is Trainer
    assert chosen(model={"model": {"hidden_size": 16, "box_rows": 2, "box_cols": 2}}) is Trainer


class Ready:
    """A `torch.cuda.Event` of a CPU, where everything queued is done."""

    def record(self) -> None: ...

    def synchronize(self) -> None: ...


class OnCpu(CudaTrainer):
    """Everything but the graph, its kernels and what only a GPU has."""

    def _captured(self, half):
        return lambda: self._window(half)


@pytest.fixture(autouse=True)
def _no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    adam = torch.optim.AdamW

    def plain(groups, *, fused: bool, capturable: bool, **options) -> torch.optim.AdamW:
        assert fused
        assert capturable
        return adam(groups, foreach=False, **options)

    monkeypatch.setattr("hrm_edge.train_cuda.fuse_on_gpu", lambda *_: [])
    monkeypatch.setattr(
        "hrm_edge.train_cuda.torch.optim.AdamW", lambda groups, **o: (plain if "fused" in o else adam)(groups, **o)
    )
    monkeypatch.setattr(torch.cuda, "Event", Ready)
    monkeypatch.setattr(torch.Tensor, "pin_memory", lambda self: self)


@pytest.fixture(scope="module")
def boards() -> Boards:
    return some_boards()


def still(**train) -> RunConfig:
    """`tiny` without noise, which the two trainers draw in different places."""
    run = tiny(**train)
    return run.model_copy(update={"search": run.search.model_copy(update={"noise": 0.0})})


@needs_compiler
def test_an_update_is_that_of_the_plain_trainer(boards: Boards, tmp_path: Path) -> None:
    plain = Trainer.open(still(lr=1e-2), boards, None, tmp_path / "plain")
    halves = OnCpu.open(still(lr=1e-2), boards, None, tmp_path / "halves")
    start = {name: value.clone() for name, value in halves.model.state_dict().items()}
    said = plain.update()
    assert halves.update() == {}
    halves.save()  # waits for it
    for name, value in plain.model.state_dict().items():
        torch.testing.assert_close(halves.model.state_dict()[name], value, atol=1e-6, rtol=1e-5)
        torch.testing.assert_close(halves.average[name], plain.average[name], atol=1e-6, rtol=1e-5)
    assert sum(not torch.equal(start[name], value) for name, value in plain.model.state_dict().items()) > 5
    assert torch.equal(halves.halves[0].slots.tokens, plain.slots.tokens)
    assert halves.halves[0].back[1][0] == pytest.approx(said["loss"], rel=1e-5)


@needs_compiler
def test_halves_take_turns_and_train(boards: Boards, tmp_path: Path) -> None:
    trainer = OnCpu.open(tiny(steps=60, lr=1e-2, batch=16, eval_rows=20, eval_steps=4), boards, boards, tmp_path)
    first, second = trainer.halves
    assert not torch.equal(first.slots.tokens, second.slots.tokens)
    assert [trainer.update() for _ in range(2)] == [{}, {}]
    ages = [half.slots.age.clone() for half in trainer.halves]
    before = trainer.update()["loss"]
    assert not torch.equal(first.slots.age, ages[0])
    assert torch.equal(second.slots.age, ages[1])
    run_trainer(trainer)
    lines = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    assert lines[-2]["loss"] < 0.8 * before
    assert trainer.rate() == 0
    config, state = load_checkpoint(trainer.checkpoint)
    assert config == trainer.run.hrm()
    assert all(torch.equal(state[name], trainer.average[name]) for name in state)


@needs_compiler
def test_no_line_is_written_before_there_are_numbers(
    boards: Boards, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hrm_edge.train_loop.LOG_MINUTES", 0.0)  # due after every update
    run_trainer(OnCpu.open(tiny(steps=4), boards, None, tmp_path))
    assert [line["step"] for line in read_metrics(tmp_path / "metrics.jsonl")] == [3, 4]


@needs_compiler
def test_a_run_goes_on_where_it_stopped(boards: Boards, tmp_path: Path) -> None:
    whole = OnCpu.open(tiny(), boards, None, tmp_path / "whole")
    cut = OnCpu.open(tiny(), boards, None, tmp_path / "cut")
    torch.manual_seed(3)
    for _ in range(9):
        whole.update()
    torch.manual_seed(3)
    for _ in range(5):
        cut.update()
    cut.save()
    torch.manual_seed(999)
    again = OnCpu.open(tiny(), boards, None, tmp_path / "cut")
    assert again.step == 5
    for _ in range(4):
        again.update()
    assert_same(whole, again)


@needs_compiler
def test_the_card_of_the_run_is_the_current_one(
    boards: Boards, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cards = []
    monkeypatch.setattr(torch.cuda, "set_device", lambda device: cards.append(str(device)))
    OnCpu(tiny(), boards, None, tmp_path)  # as `cuda`, without a number
    assert cards == []
    OnCpu(tiny(device="cpu:1"), boards, None, tmp_path)  # as `cuda:1`
    assert cards == ["cpu:1"]


@needs_compiler
def test_halves_and_whole_boards_do_not_mix(boards: Boards, tmp_path: Path) -> None:
    Trainer.open(tiny(), boards, None, tmp_path / "whole").save()
    OnCpu.open(tiny(), boards, None, tmp_path / "halves").save()
    start = "a new run can start from it: another --out, --start .*pt$"
    with pytest.raises(HrmEdgeError, match=f"whole/last.pt: not saved in two halves, .*; {start}"):
        OnCpu.open(tiny(), boards, None, tmp_path / "whole")
    with pytest.raises(HrmEdgeError, match=f"halves/last.pt: saved on a GPU, in two halves, .*; {start}"):
        Trainer.open(tiny(), boards, None, tmp_path / "halves")


@needs_compiler
def test_what_is_not_finite_stops_the_run_before_it_is_saved(boards: Boards, tmp_path: Path) -> None:
    trainer = OnCpu.open(tiny(), boards, None, tmp_path)
    trainer.update()
    trainer.save()
    good = trainer.checkpoint.read_bytes()
    with torch.no_grad():
        trainer.model.lm_head.weight.fill_(float("nan"))
    with pytest.raises(NotFiniteError, match="loss nan"):
        run_trainer(trainer)
    assert (
        trainer.checkpoint.read_bytes() == good
        or load_checkpoint(trainer.checkpoint)[1]["lm_head.weight"].isfinite().all()
    )

"""The trainer on tiny models: exact resume, safe checkpoints, stops."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest
import torch

from hrm_edge.checkpoint import load_checkpoint
from hrm_edge.data import Boards
from hrm_edge.errors import HrmEdgeError
from hrm_edge.generate import make
from hrm_edge.kernels.build import load
from hrm_edge.train import NotFiniteError, Trainer
from hrm_edge.train_config import RunConfig, read_run
from hrm_edge.train_loop import run_trainer
from hrm_edge.train_metrics import read_metrics
from hrm_edge.train_state import save_state
from hrm_edge.train_world import World

pytestmark = pytest.mark.skipif(load("sudoku") is None, reason="no C++ compiler to make boards with")

STEPS = 12


def tiny(**train) -> RunConfig:
    """4x4 boards, 16 channels, one cycle."""
    return RunConfig.model_validate(
        {
            "model": {"hidden_size": 16, "box_rows": 2, "box_cols": 2, "H_cycles": 1, "L_cycles": 1},
            "data": {"train": ["unused.csv"]},
            "search": {"first": 1, "later": 1, "steps": 8, "noise": 0.5, "exclusions": 0.5},
            "train": {"steps": STEPS, "batch": 6, "window": 2, "warmup": 3, "eval_rows": 0} | train,
        }
    )


@pytest.fixture(scope="module")
def boards() -> Boards:
    return some_boards()


def some_boards(seed: int = 1) -> Boards:
    """20 boards for `tiny`."""
    made = make(20, tiny().hrm().task, seed)
    return Boards(made.questions, made.answers, [Path("made")] * 20)


def flat(value) -> list:
    """Every leaf of a state, tensors and numbers alike."""
    if isinstance(value, dict):
        return [leaf for key in sorted(value, key=str) for leaf in flat(value[key])]
    if isinstance(value, list | tuple):
        return [leaf for part in value for leaf in flat(part)]
    return [value]


def assert_same(a: Trainer, b: Trainer) -> None:
    """Bit for bit, but for the clock."""
    left, right = ({k: v for k, v in t.state().items() if k != "seconds"} for t in (a, b))
    pairs = list(zip(flat(left), flat(right), strict=True))
    assert len(pairs) > 50
    for x, y in pairs:
        assert torch.equal(x, y) if isinstance(x, torch.Tensor) else x == y


@pytest.mark.parametrize("stop", torch.randperm(STEPS - 1, generator=torch.Generator().manual_seed(5))[:5].tolist())
def test_a_resumed_run_equals_the_uninterrupted_one(boards: Boards, tmp_path: Path, stop: int) -> None:
    whole = Trainer.open(tiny(), boards, None, tmp_path / "whole")
    for _ in range(STEPS):
        whole.update()
    first = Trainer.open(tiny(), boards, None, tmp_path / "cut")
    for _ in range(stop + 1):
        first.update()
    first.save()
    torch.manual_seed(999)
    second = Trainer.open(tiny(), boards, None, tmp_path / "cut")
    assert second.step == stop + 1
    for _ in range(STEPS - stop - 1):
        second.update()
    assert_same(whole, second)


def test_training_learns_and_leaves_an_exportable_checkpoint(boards: Boards, tmp_path: Path) -> None:
    run = tiny(steps=60, lr=1e-2, batch=16, eval_rows=20, eval_steps=4)
    trainer = Trainer.open(run, boards, boards, tmp_path)
    before = trainer.update()["loss"]
    run_trainer(trainer)
    lines = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    assert lines[-2]["loss"] < 0.8 * before
    assert set(lines[-1]["holdout"]) == {"1", "2", "4"}
    assert trainer.rate() == 0
    config, state = load_checkpoint(trainer.checkpoint)
    assert config == run.hrm()
    assert all(torch.equal(state[name], trainer.average[name]) for name in state)


def test_a_line_that_a_kill_has_cut_takes_no_other_with_it(boards: Boards, tmp_path: Path) -> None:
    metrics = tmp_path / "metrics.jsonl"
    metrics.write_text('{"step": 1}\n{"step": 2, "lo')
    run_trainer(Trainer.open(tiny(), boards, None, tmp_path))
    assert [line["step"] for line in read_metrics(metrics)] == [1, STEPS]


def test_bfloat16_learns_and_resumes_exactly(boards: Boards, tmp_path: Path) -> None:
    run = tiny(steps=60, lr=1e-2, batch=16, dtype="bfloat16")
    whole = Trainer.open(run, boards, None, tmp_path / "whole")
    losses = [whole.update()["loss"] for _ in range(60)]
    assert sum(losses[-5:]) < 0.8 * sum(losses[:5])
    assert whole.carry.z_H.dtype == torch.bfloat16
    assert not whole.fused
    cut = Trainer.open(run, boards, None, tmp_path / "cut")
    for _ in range(30):
        cut.update()
    cut.save()
    again = Trainer.open(run, boards, None, tmp_path / "cut")
    for _ in range(30):
        again.update()
    assert_same(whole, again)


# PyTorch's own, while it traces.
@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf")
def test_compiled_updates_are_those_of_eager_ones(boards: Boards, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("hrm_edge.train.fuse", lambda model: False)
    trainers = {}
    for compile in (False, True):
        run = tiny(compile=compile)
        run.model.update(H_layers=1, L_layers=1)
        trainers[compile] = Trainer.open(run, boards, None, tmp_path / str(compile))
    eager, compiled = trainers[False], trainers[True]
    assert compiled.model.H_level.forward is not type(compiled.model.H_level).forward
    for _ in range(3):
        left, right = eager.update(), compiled.update()
        assert right["loss"] == pytest.approx(left["loss"], rel=1e-4)
    for name, value in eager.model.state_dict().items():
        torch.testing.assert_close(compiled.model.state_dict()[name], value, rtol=1e-3, atol=1e-4, msg=name)


def test_fresh_boards_start_over_and_the_others_go_on(boards: Boards, tmp_path: Path) -> None:
    trainer = Trainer.open(tiny(), boards, None, tmp_path)
    trainer.update()
    before = [z.clone() for z in trainer.carry]
    trainer.slots.fresh = torch.arange(6) == 2
    trainer.slots.noise.zero_()
    trainer._fresh_carries()
    others = ~trainer.slots.fresh
    for z, was, start in zip(trainer.carry, before, trainer.model.initial_carry(1), strict=True):
        assert torch.equal(z[2], start[0])
        assert not torch.equal(was[2], start[0])
        assert torch.equal(z[others], was[others])


def test_evaluating_changes_nothing(boards: Boards, tmp_path: Path) -> None:
    alone = Trainer.open(tiny(), boards, None, tmp_path / "alone")
    run_trainer(alone)
    watched = Trainer.open(tiny(eval_rows=4, eval_steps=1, eval_minutes=1e-9), boards, boards, tmp_path / "watched")
    run_trainer(watched)
    lines = (tmp_path / "watched" / "metrics.jsonl").read_text().splitlines()
    assert sum("holdout" in line for line in lines) > STEPS / 2
    for name, value in alone.model.state_dict().items():
        assert torch.equal(value, watched.model.state_dict()[name]), name


def test_what_is_not_finite_stops_and_keeps_the_last_checkpoint(boards: Boards, tmp_path: Path) -> None:
    trainer = Trainer.open(tiny(), boards, None, tmp_path)
    trainer.update()
    weights = [p.detach().clone() for p in trainer.parameters]

    def spoil() -> bool:
        trainer.carry.z_H[0, 0, 0] = float("nan")
        return False

    with pytest.raises(NotFiniteError, match="step 1"):
        run_trainer(trainer, stop=spoil)
    assert trainer.step == 1
    assert all(torch.equal(a, b) for a, b in zip(weights, trainer.parameters, strict=True))
    # Saved before the first update: there always is a checkpoint from before.
    again = Trainer.open(tiny(), boards, None, tmp_path)
    assert again.step == 1
    assert again.carry.z_H.isfinite().all()


def test_a_folder_that_cannot_be_written_ends_the_run_at_once(boards: Boards, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    trainer = Trainer.open(tiny(), boards, None, tmp_path / "file" / "run")
    with pytest.raises(HrmEdgeError, match=r"last\.pt: cannot be written"):
        run_trainer(trainer)
    assert trainer.step == 0
    (tmp_path / "metrics.jsonl").mkdir()
    with pytest.raises(HrmEdgeError, match=r"metrics\.jsonl: cannot be written"):
        run_trainer(Trainer.open(tiny(), boards, None, tmp_path))


def test_foreign_checkpoints_are_refused(boards: Boards, tmp_path: Path) -> None:
    first = Trainer.open(tiny(), boards, None, tmp_path)
    first.save()
    run = tiny()
    other_model = run.model_copy(update={"model": {"hidden_size": 32, "box_rows": 2, "box_cols": 2}})
    longer_steps = run.model_copy(update={"model": run.model | {"H_cycles": 3}})
    other_search = run.model_copy(update={"search": run.search.model_copy(update={"later": 2})})
    for other, with_boards, message in [
        # What `--start` would refuse is not advised.
        (other_model, boards, r"last\.pt: of another model: hidden_size is 16, not 32; a new run takes another --out$"),
        (
            longer_steps,
            boards,
            r"of another model: H_cycles is 1, not 3; a new run can start from it: .* --start .*pt$",
        ),
        (other_search, boards, r"search\.later was 1, and is 2 now"),
        (tiny(lr=0.5), boards, r"train\.lr was 0\.001, and is 0\.5 now"),
        (tiny(batch=8), boards, r"train\.batch was 6, and is 8 now"),
        (tiny(seed=9), boards, r"train\.seed was 0, and is 9 now"),
        (run, some_boards(seed=2), "other training boards"),
    ]:
        with pytest.raises(HrmEdgeError, match=message) as caught:
            Trainer.open(other, with_boards, None, tmp_path)
        assert caught.value.code == "checkpoint"
    save_state(tmp_path / "other" / "last.pt", {"model": {}})
    with pytest.raises(HrmEdgeError, match=r"last\.pt: of no run"):
        Trainer.open(run, boards, None, tmp_path / "other")
    longer = tiny(steps=None, minutes=5, save_minutes=1, eval_minutes=2, eval_rows=3, eval_steps=4, threads=1)
    assert Trainer.open(longer, boards, None, tmp_path).step == 0


def test_a_checkpoint_that_does_not_name_its_boards_is_a_start(boards: Boards, tmp_path: Path) -> None:
    first = Trainer.open(tiny(), boards, None, tmp_path)
    first.update()
    old = {name: value for name, value in first.state().items() if name != "boards"}
    save_state(first.checkpoint, old)
    with pytest.raises(HrmEdgeError, match="or before they were compared"):
        Trainer.open(tiny(), boards, None, tmp_path)
    _, state = load_checkpoint(first.checkpoint)
    again = Trainer.open(tiny(), boards, None, tmp_path / "again", state)
    assert again.step == 0
    assert all(torch.equal(state[name], value) for name, value in again.model.state_dict().items())


def test_leftovers_of_killed_runs_are_swept(boards: Boards, tmp_path: Path) -> None:
    left = tmp_path / ".last.pt.123.tmp"
    left.write_bytes(b"half")
    Trainer.open(tiny(), boards, None, tmp_path)
    assert not left.exists()


def test_sigterm_stops_with_a_checkpoint(boards: Boards, tmp_path: Path) -> None:
    trainer = Trainer.open(tiny(steps=10**6), boards, None, tmp_path)
    done = []

    def stop() -> bool:
        done.append(1)
        if len(done) == 3:
            os.kill(os.getpid(), signal.SIGTERM)
        return False

    run_trainer(trainer, stop=stop)
    assert Trainer.open(tiny(steps=10**6), boards, None, tmp_path).step == 3


@pytest.mark.parametrize("device", ["foo", "cuda", "cuda:9", "meta", "privateuseone"])
def test_devices_that_cannot_be_used_are_refused(boards: Boards, tmp_path: Path, device: str) -> None:
    with pytest.raises(HrmEdgeError, match=f"device '{device}' cannot be used: .") as caught:
        Trainer.open(tiny(device=device), boards, None, tmp_path)
    assert caught.value.code == "config"


def test_the_greatest_seeds_are_seeds(boards: Boards, tmp_path: Path) -> None:
    for seed in (2**43, -(2**43)):
        Trainer.open(tiny(seed=seed), boards, None, tmp_path / str(seed), None, World(rank=999))


def test_run_files(tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text('[data]\ntrain = ["a.csv"]\n[train]\nminutes = 5\n')
    run = read_run(path, {"steps": 7, "lr": None})
    assert (run.train.steps, run.train.minutes, run.data.train) == (7, None, [tmp_path / "a.csv"])
    assert run.hrm().hidden_size == 32
    assert read_run(path, {}, tmp_path / "data").data.train == [tmp_path / "data" / "a.csv"]
    for text, message in [
        ("[data\n", r"run\.toml"),
        ('[data]\ntrain = ["a"]\n[train]\nsteps = 1\nminutes = 1\n', "either steps or minutes"),
        ('[data]\ntrain = ["a"]\n[train]\nsteps = 1\nspeed = 2\n', r"train\.speed"),
        ('[data]\ntrain = ["a"]\n[train]\nsteps = 1\nseed = 9999999999999999999\n', r"train\.seed"),
        ("[data]\ntrain = []\n[train]\nsteps = 1\n", r"data\.train"),
        *(
            (f'[data]\ntrain = ["a"]\n[train]\nsteps = 1\n{name} = {10**18}\n', rf"train\.{name}")
            for name in ("threads", "window", "eval_steps")
        ),
        *(
            (f'[data]\ntrain = ["a"]\n[train]\nsteps = 1\n[search]\n{name} = {10**18}\n', rf"search\.{name}")
            for name in ("first", "later", "steps")
        ),
    ]:
        path.write_text(text)
        with pytest.raises(HrmEdgeError, match=message):
            read_run(path)

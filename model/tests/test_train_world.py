"""Several processes that train one model."""

from __future__ import annotations

import errno
import itertools
import os
import resource
import signal
import socket
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
import torch.distributed as dist

import hrm_edge.train_loop
import hrm_edge.train_world
from hrm_edge.errors import HrmEdgeError
from hrm_edge.kernels.build import load
from hrm_edge.train import Trainer
from hrm_edge.train_config import RunConfig
from hrm_edge.train_loop import run_trainer
from hrm_edge.train_state import save_state
from hrm_edge.train_together import before, load_together, save_together
from hrm_edge.train_world import World

from .conftest import in_processes
from .test_train import assert_same, some_boards, tiny

needs_compiler = pytest.mark.skipif(load("sudoku") is None, reason="no C++ compiler to make boards with")


def processes(body: Callable[[World], object]) -> None:
    """Two processes that each run ``body``."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])

    def start(rank: int) -> None:
        os.environ |= {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "RANK": str(rank)}
        os.environ["GLOO_SOCKET_IFNAME"] = "lo"
        body(World.join("cpu"))

    assert in_processes(lambda: start(0), lambda: start(1)) == [0, 0]


def together(folder: Path, body: Callable[[World], object]) -> list[dict[str, Any]]:
    """Checkpoints of two processes that each run ``body``."""
    processes(body)
    return [torch.load(folder / name, weights_only=True) for name in ("last.pt", "last.1.pt")]


def trainer_of(world: World, folder: Path, run: RunConfig) -> Trainer:
    return Trainer.open(run, some_boards(), None, folder, None, world)


def assert_one_model(a: dict[str, Any], b: dict[str, Any]) -> None:
    for name, value in a["model"].items():
        assert torch.equal(value, b["model"][name]), name
    assert (a["step"], a["seconds"]) == (b["step"], b["seconds"])


@needs_compiler
def test_two_processes_train_one_model_on_different_boards(tmp_path: Path) -> None:
    def body(world: World) -> None:
        trainer = trainer_of(world, tmp_path, tiny())
        for _ in range(3):
            trainer.update()
        trainer.save()

    a, b = together(tmp_path, body)
    assert_one_model(a, b)
    assert not torch.equal(a["slots"]["tokens"], b["slots"]["tokens"])
    alone = Trainer.open(tiny(), some_boards(), None, tmp_path / "alone").model.state_dict()
    assert any(not torch.equal(a["model"][name], alone[name]) for name in alone)


def slow_or_fast(rank: int) -> SimpleNamespace:
    """A clock that every look takes on by one second, or by three on rank 1."""
    seconds = [0.0]

    def monotonic() -> float:
        seconds[0] += 1 + 2 * rank
        return seconds[0]

    return SimpleNamespace(monotonic=monotonic)


@needs_compiler
@pytest.mark.parametrize("asked", [None, 0, 1])
def test_processes_follow_one_clock_and_stop_together(tmp_path: Path, asked: int | None) -> None:
    def body(world: World) -> None:
        hrm_edge.train_loop.time = slow_or_fast(world.rank)  # in this fork alone
        trainer = trainer_of(world, tmp_path, tiny(steps=None, minutes=1 / 6))

        def stop() -> bool:
            if world.rank == asked and trainer.step == 5:
                os.kill(os.getpid(), signal.SIGTERM)
            return False

        run_trainer(trainer, stop=stop)

    a, b = together(tmp_path, body)
    assert_one_model(a, b)
    # Ten seconds, of which rank 0 takes one before the first update. A signal is heeded after the next update.
    assert a["step"] == (9 if asked is None else 6)


@needs_compiler
def test_checkpoints_of_unequal_updates_are_refused(tmp_path: Path) -> None:
    def body(world: World) -> None:
        trainer = trainer_of(world, tmp_path, tiny())
        for _ in range(3):
            trainer.update()
            if world.rank == 0 or trainer.step == 2:
                save_state(trainer.checkpoint, trainer.state())
        with pytest.raises(HrmEdgeError, match=r"not saved at the same update: \[3, 2\]"):
            trainer_of(world, tmp_path, tiny())

    together(tmp_path, body)


# A checkpoint and the one before, as a save changes them: the first, of update 0 (perhaps beside what a removed run
# left), and that of update 2.
State = tuple[int | None, int | None]
FIRST: list[State] = [(None, None), (None, 9), (0, None)]
LATER: list[State] = [(1, 0), (1, None), (1, 1), (2, 1)]


@pytest.mark.parametrize("first", [False, True])
def test_a_kill_at_any_moment_of_a_save_leaves_an_update_that_all_have(tmp_path: Path, first: bool) -> None:
    states = FIRST if first else LATER

    def body(world: World) -> None:
        config = tiny().hrm().to_json()
        run = {"config": config, "world": 2, "boards": "", "run": {"search": {}, "train": {}}, "seconds": 0.0}
        path = tmp_path / f"last.{world.rank}.pt"
        for each in itertools.product(states, states):
            for file, step in zip((path, before(path)), each[world.rank], strict=True):
                file.unlink(missing_ok=True)
                if step is not None:
                    save_state(file, run | {"step": step})
            left = [f.with_name(f".{f.name}.123.tmp") for f in (path, before(path))]
            for file in left:
                file.write_bytes(b"half")
            newest = 0 if first else 2 if each == ((2, 1), (2, 1)) else 1
            for _ in range(2):  # what was given up does not come back, wherever the next kill falls
                state = load_together(path, run, world)
                assert state is None if each[world.rank][0] is None else state["step"] == newest
            assert not any(file.exists() for file in left)
            save_together(path, run | {"step": 3}, world)
            assert torch.load(path)["step"] == 3
            kept = torch.load(before(path))["step"] if before(path).exists() else None
            assert kept == (None if state is None else newest)

    processes(body)


@pytest.mark.parametrize("links", [True, False])
def test_a_checkpoint_is_there_at_every_moment_of_a_save(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    seen: list[list[int | None]] = []  # the checkpoint and the one before, after each change of a name

    def steps(path: Path) -> list[int | None]:
        return [torch.load(f)["step"] if f.exists() else None for f in (path, before(path))]

    def body(world: World) -> None:
        path = tmp_path / f"last.{world.rank}.pt"
        for step in (0, 1):
            save_together(path, {"step": step}, world)

        def watched(change):
            def and_look(*args, **options):
                result = change(*args, **options)
                seen.append(steps(path))
                return result

            return and_look

        def no_link(*_) -> None:
            raise OSError(errno.EPERM, "no hard links here")

        monkeypatch.setattr(os, "link", watched(os.link) if links else no_link)  # in this fork alone
        for name in ("unlink", "replace"):
            monkeypatch.setattr(Path, name, watched(getattr(Path, name)))
        save_together(path, {"step": 2}, world)
        assert [state for state, _ in itertools.groupby(seen)] == [[1, None], [1, 1], [2, 1]]

    processes(body)


@needs_compiler
def test_a_killed_save_of_two_processes_goes_on_exactly(tmp_path: Path) -> None:
    def body(world: World) -> None:
        whole = trainer_of(world, tmp_path / "whole", tiny())
        cut = trainer_of(world, tmp_path, tiny())
        cut.update()
        cut.save()
        cut.update()
        if world.rank == 0:  # killed when only this one had renamed
            cut.checkpoint.replace(before(cut.checkpoint))
            save_state(cut.checkpoint, cut.state())
        again = trainer_of(world, tmp_path, tiny())
        assert again.step == 1
        for _ in range(2):
            again.update()
        for _ in range(3):
            whole.update()
        assert_same(whole, again)

    processes(body)


@needs_compiler
def test_processes_of_one_update_and_two_times_go_on_by_one_clock(tmp_path: Path) -> None:
    def body(world: World) -> None:
        cut = trainer_of(world, tmp_path, tiny())
        cut.update()
        cut.seconds = 5.0 + 3.0 * world.rank  # killed between two saves of the same update
        save_state(cut.checkpoint, cut.state())
        assert trainer_of(world, tmp_path, tiny()).seconds == 5.0

    processes(body)


def test_no_process_replaces_its_checkpoint_unless_all_can(tmp_path: Path) -> None:
    def body(world: World) -> None:
        path = tmp_path / f"last.{world.rank}.pt"
        save_together(path, {"step": 1}, world)
        if world.rank == 1:
            resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))  # of this fork alone
        message = "cannot be written" if world.rank == 1 else "another process could not write"
        with pytest.raises(HrmEdgeError, match=message):
            save_together(path, {"step": 2, "a": torch.zeros(1000)}, world)
        assert torch.load(path)["step"] == 1
        assert not before(path).exists()
        assert not list(tmp_path.glob(f".{path.name}.*"))

    processes(body)


def test_each_process_takes_its_own_card(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def begin(backend: str, timeout: timedelta) -> None:
        assert timeout >= timedelta(days=1)  # the others wait while rank 0 evaluates
        calls.append(backend)

    monkeypatch.setattr(hrm_edge.train_world, "usable", torch.device)  # there is no card here
    monkeypatch.setattr(torch.cuda, "set_device", lambda device: calls.append(device))
    monkeypatch.setattr(dist, "init_process_group", begin)
    monkeypatch.setattr(dist, "get_rank", lambda: 5)
    monkeypatch.setattr(dist, "get_world_size", lambda: 8)
    monkeypatch.delenv("RANK", raising=False)
    assert World.join("cuda") == World(0, 1, "cuda")
    assert calls == []
    monkeypatch.setenv("RANK", "5")
    monkeypatch.setenv("LOCAL_RANK", "1")
    assert World.join("cuda") == World(5, 8, "cuda:1")
    assert calls == ["cuda:1", "nccl"]  # in this order
    assert World.join("cpu") == World(5, 8, "cpu")
    assert calls[2:] == ["gloo"]


def test_a_process_without_a_card_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RANK", "0")
    monkeypatch.setenv("LOCAL_RANK", "0")
    for device in ("cuda", "cuda:9"):
        with pytest.raises(HrmEdgeError, match=r"device 'cuda:[09]' cannot be used: .") as caught:
            World.join(device)
        assert caught.value.code == "config"

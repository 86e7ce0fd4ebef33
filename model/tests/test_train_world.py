"""Several processes that train one model."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
import torch.distributed as dist

import hrm_edge.train
from hrm_edge.errors import HrmEdgeError
from hrm_edge.kernels.build import load
from hrm_edge.train import Trainer
from hrm_edge.train_config import RunConfig
from hrm_edge.train_world import World

from .conftest import in_processes
from .test_train import some_boards, tiny

needs_compiler = pytest.mark.skipif(load("sudoku") is None, reason="no C++ compiler to make boards with")


def together(folder: Path, body: Callable[[World], object]) -> list[dict[str, Any]]:
    """Checkpoints of two processes that each run ``body``."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])

    def start(rank: int) -> None:
        os.environ |= {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "RANK": str(rank)}
        os.environ["GLOO_SOCKET_IFNAME"] = "lo"
        body(World.join("cpu"))

    assert in_processes(lambda: start(0), lambda: start(1)) == [0, 0]
    return [torch.load(folder / name, weights_only=True) for name in ("last.pt", "last.1.pt")]


def trainer_of(world: World, folder: Path, run: RunConfig) -> Trainer:
    return Trainer(run, some_boards(), None, folder, None, world)


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
    alone = Trainer(tiny(), some_boards(), None, tmp_path / "alone").model.state_dict()
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
        hrm_edge.train.time = slow_or_fast(world.rank)  # in this fork alone
        trainer = trainer_of(world, tmp_path, tiny(steps=None, minutes=1 / 6))

        def stop() -> bool:
            if world.rank == asked and trainer.step == 5:
                os.kill(os.getpid(), signal.SIGTERM)
            return False

        trainer.train(stop=stop)

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
                trainer.save()
        with pytest.raises(HrmEdgeError, match=r"not saved at the same update: \[3, 2\]"):
            trainer_of(world, tmp_path, tiny())

    together(tmp_path, body)


def test_each_process_takes_its_own_card(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    monkeypatch.setattr(torch.cuda, "set_device", lambda device: calls.append(device))
    monkeypatch.setattr(dist, "init_process_group", lambda backend: calls.append(backend))
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

"""Shared by all tests: one thread, fixed seeds, small models of both families."""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable

import pytest
import torch
from hypothesis import settings
from torch import Tensor
from typer.testing import CliRunner

from hrm_edge.cli import app
from hrm_edge.config import HRMConfig
from hrm_edge.golden import WEIGHTS, cases, random_state
from hrm_edge.tasks import Task

# No test needs a GPU, and autograd does not run in a fork of a process where it has threads for one.
os.environ["CUDA_VISIBLE_DEVICES"] = ""
torch.set_num_threads(1)
settings.register_profile("hrm", deadline=None, max_examples=25, derandomize=True)
settings.load_profile("hrm")

SHIPPED = WEIGHTS / "sudoku.safetensors"
CONFIGS = {case.name: case.config for case in cases() if case.config is not None}


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(0)
    torch.set_flush_denormal(False)  # a trainer of an earlier test sets it for the whole process


@pytest.fixture(params=CONFIGS)
def config(request: pytest.FixtureRequest) -> HRMConfig:
    """Every small config of the golden vectors."""
    return CONFIGS[request.param]


@pytest.fixture
def state(config: HRMConfig) -> dict[str, Tensor]:
    """Random weights of ``config`` with nothing left at zero."""
    return random_state(config, 7)


def board_of(task: Task, text: str) -> Tensor:
    """A board ``[cells]`` as data files have it."""
    return torch.tensor([*task.parse(text)], dtype=torch.uint8)


def invoke(*args: object) -> str:
    """What a command that succeeds says."""
    result = CliRunner().invoke(app, [str(a) for a in args], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def in_processes(*bodies: Callable[[], object]) -> list[int]:
    """Exit codes of forks that run the bodies at once: 0, or 1 with a traceback. A fork has torch loaded already.

    One that hangs dies of SIGALRM after ten minutes.
    """
    children = []
    for body in bodies:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                signal.alarm(600)
                body()
                code = 0
            except BaseException:  # whatever it is, it must not go on as a second pytest
                traceback.print_exc()
            finally:
                os._exit(code)
        children.append(child)
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]

"""Shared by all tests: one thread, fixed seeds, small models of both families."""

from __future__ import annotations

import pytest
import torch
from hypothesis import settings
from torch import Tensor
from typer.testing import CliRunner

from hrm_edge.cli import app
from hrm_edge.config import HRMConfig
from hrm_edge.golden import cases, random_state

torch.set_num_threads(1)
settings.register_profile("hrm", deadline=None, max_examples=25, derandomize=True)
settings.load_profile("hrm")

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


def invoke(*args: object) -> str:
    """What a command that succeeds says."""
    result = CliRunner().invoke(app, [str(a) for a in args], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output

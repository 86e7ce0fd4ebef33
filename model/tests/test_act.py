from __future__ import annotations

import pytest
import torch

from hrm_edge.act import run, should_halt
from hrm_edge.checkpoint import build_model
from hrm_edge.golden import random_state
from hrm_edge.hrm import HRM

from .conftest import CONFIGS


@pytest.fixture(params=["candidates-4x4", "full-rope"])
def model(request: pytest.FixtureRequest) -> HRM:
    config = CONFIGS[request.param]
    return build_model(config, random_state(config, 3)).train()


def test_run_yields_every_step_from_one_carry(model: HRM) -> None:
    tokens = torch.randint(0, model.config.vocab_size, (4, model.config.seq_len))
    outs = list(run(model, tokens, 3))
    carry = model.initial_carry(4)
    for logits, q in outs:
        carry, want, want_q = model(carry, tokens)
        assert torch.equal(logits, want)
        assert torch.equal(q, want_q)
        assert not logits.requires_grad
    later = next(run(model, tokens, 1, carry=carry))
    assert torch.equal(later[0], model(carry, tokens)[1])


def test_should_halt() -> None:
    assert should_halt(torch.tensor([[1.0, 0.0], [0.0, 1.0]])).tolist() == [True, False]
    assert should_halt(torch.tensor([[0.5], [-0.5]])).tolist() == [True, False]

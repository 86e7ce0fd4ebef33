from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from hrm_edge.act import act_step, initial_state, refill, run, should_halt
from hrm_edge.checkpoint import build_model
from hrm_edge.golden import random_state
from hrm_edge.hrm import HRM

from .conftest import CONFIGS


def boards(model: HRM, batch: int = 4) -> tuple[Tensor, Tensor]:
    return torch.randint(0, model.config.vocab_size, (batch, model.config.seq_len)), torch.arange(batch)[:, None]


@pytest.fixture(params=["candidates-4x4", "full-rope"])
def model(request: pytest.FixtureRequest) -> HRM:
    config = CONFIGS[request.param]
    return build_model(config, random_state(config, 3)).train()


def test_run_yields_every_step_from_one_carry(model: HRM) -> None:
    tokens, _ = boards(model)
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


def test_halted_slots_take_new_boards_and_start_over(model: HRM) -> None:
    tokens, answers = boards(model)
    slots = refill(model, initial_state(model, tokens, answers), tokens, answers)
    assert not slots.halted.any()
    assert torch.equal(slots.tokens, tokens)
    for z, start in zip(slots.carry, model.initial_carry(4), strict=True):
        assert torch.equal(z, start)
    slots, _ = act_step(model, slots, halt_max_steps=9, exploration=1.0)
    slots = replace(slots, halted=torch.tensor([True, False, False, True]))
    new_tokens, _ = boards(model)
    after = refill(model, slots, new_tokens, answers + 10)
    assert after.steps.tolist() == [0, 1, 1, 0]
    assert after.answers.flatten().tolist() == [10, 1, 2, 13]
    assert torch.equal(after.tokens[1:3], tokens[1:3])
    assert torch.equal(after.tokens[[0, 3]], new_tokens[[0, 3]])
    assert torch.equal(after.carry.z_L[1:3], slots.carry.z_L[1:3])
    assert torch.equal(after.carry.z_H[0, 0], model.H_init)


def test_all_halt_at_the_maximum(model: HRM) -> None:
    tokens, answers = boards(model)
    with torch.no_grad():
        model.q_head.weight.zero_()
        model.q_head.bias.copy_(torch.tensor([-5.0, 5.0])[: model.config.q_outputs])
    slots = refill(model, initial_state(model, tokens, answers), tokens, answers)
    seen = []
    for _ in range(3):
        slots, _ = act_step(model, slots, halt_max_steps=3)
        seen.append(slots.halted.all().item())
    assert seen == [False, False, True]
    assert slots.steps.tolist() == [3] * 4


def eager(model: HRM) -> None:
    with torch.no_grad():
        model.q_head.weight.zero_()
        model.q_head.bias.copy_(torch.tensor([5.0, -5.0])[: model.config.q_outputs])


def test_q_halts_in_training_only(model: HRM) -> None:
    tokens, answers = boards(model)
    eager(model)
    slots = refill(model, initial_state(model, tokens, answers), tokens, answers)
    assert act_step(model, slots, halt_max_steps=4, exploration=0.0)[0].halted.all()
    assert not act_step(model.eval(), slots, halt_max_steps=4, exploration=0.0)[0].halted.any()


def test_exploration_sets_a_least_number_of_steps(model: HRM) -> None:
    tokens, answers = boards(model, 64)
    eager(model)
    slots = refill(model, initial_state(model, tokens, answers), tokens, answers)
    # With a maximum of 2 every draw from 2..2 is 2.
    first, _ = act_step(model, slots, halt_max_steps=2, exploration=1.0)
    assert not first.halted.any()
    mixed, _ = act_step(model, slots, halt_max_steps=4, exploration=0.5)
    assert 0.2 < mixed.halted.float().mean().item() < 0.8


def test_carry_is_detached_and_outputs_are_not(model: HRM) -> None:
    tokens, answers = boards(model)
    slots = refill(model, initial_state(model, tokens, answers), tokens, answers)
    after, out = act_step(model, slots)
    assert not after.carry.z_H.requires_grad
    assert out.logits.requires_grad
    assert out.q.requires_grad


def test_target_of_q_continue_is_the_best_q_of_the_next_step() -> None:
    config = CONFIGS["full-rope"]
    model = build_model(config, random_state(config, 3)).train()
    tokens, answers = boards(model)
    slots = refill(model, initial_state(model, tokens, answers), tokens, answers)
    after, out = act_step(model, slots, halt_max_steps=8)
    ahead = model(after.carry, tokens)[2]
    torch.testing.assert_close(out.target_q_continue, torch.sigmoid(ahead.max(1).values))
    # At the last step only halting is left.
    last, out = act_step(model, replace(after, steps=torch.full((4,), 7)), halt_max_steps=8)
    torch.testing.assert_close(out.target_q_continue, torch.sigmoid(model(last.carry, tokens)[2][:, 0]))
    assert act_step(model.eval(), slots)[1].target_q_continue is None


def test_carry_keeps_its_dtype(model: HRM) -> None:
    tokens, answers = boards(model)
    state = initial_state(model, tokens, answers, dtype=torch.bfloat16)
    for _ in range(2):
        state, _ = act_step(model, refill(model, state, tokens, answers))
        assert state.carry.z_H.dtype == state.carry.z_L.dtype == torch.bfloat16


def test_one_output_has_no_target() -> None:
    config = CONFIGS["candidates-4x4"]
    model = build_model(config, random_state(config, 3)).train()
    tokens, answers = boards(model)
    slots = refill(model, initial_state(model, tokens, answers), tokens, answers)
    assert act_step(model, slots)[1].target_q_continue is None

"""Adaptive computation time: several ACT steps of a model, halted by Q (HRM section 2; ``hrm_act_v1.py``)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

import torch
from torch import Tensor

from .hrm import HRM, Carry, GradMode
from .lists import Geometry


class Runnable(Protocol):
    """`hrm_edge.hrm.HRM` or `hrm_edge.quantised.QuantisedHRM`."""

    geometry: Geometry

    def initial_carry(self, batch_size: int, *, geometry: Geometry | None = None) -> Carry: ...

    def __call__(
        self, carry: Carry, tokens: Tensor, puzzle_ids: Tensor | None = None, *, geometry: Geometry | None = None
    ) -> tuple[Carry, Tensor, Tensor]: ...


@torch.no_grad()
def run(
    model: Runnable,
    tokens: Tensor,
    steps: int,
    *,
    puzzle_ids: Tensor | None = None,
    carry: Carry | None = None,
    geometry: Geometry | None = None,
) -> Iterator[tuple[Tensor, Tensor]]:
    """Yields logits ``[B, N, output_size]`` and q ``[B, q_outputs]`` after each ACT step; never halts early."""
    state = carry or model.initial_carry(len(tokens), geometry=geometry)
    for _ in range(steps):
        state, logits, q = model(state, tokens, puzzle_ids, geometry=geometry)
        yield logits, q


def halting_logit(q: Tensor) -> Tensor:
    """``[B]``, positive where `should_halt`: Q-halt less Q-continue, or, with one output, Q-halt itself."""
    return q[:, 0] - q[:, 1] if q.shape[1] == 2 else q[:, 0]


def should_halt(q: Tensor) -> Tensor:
    """``[B]`` bool from q ``[B, q_outputs]``: Q-halt above Q-continue, or, with one output, above 0."""
    return halting_logit(q) > 0


@dataclass(frozen=True)
class ActState:
    """A batch in training: boards at different steps of their own attempts.

    ``halted`` slots are given new boards by the next `act_step`. Shapes: ``steps``, ``halted``, ``puzzle_ids [B]``,
    ``tokens [B, N]``, ``answers`` whatever the loss takes, batch first.
    """

    carry: Carry
    steps: Tensor
    halted: Tensor
    tokens: Tensor
    answers: Tensor
    puzzle_ids: Tensor


class StepOutput(NamedTuple):
    """Of one `act_step`; ``target_q_continue [B]`` only for models with two q outputs, while training."""

    logits: Tensor
    q: Tensor
    target_q_continue: Tensor | None


def initial_state(
    model: HRM,
    tokens: Tensor,
    answers: Tensor,
    puzzle_ids: Tensor | None = None,
    *,
    dtype: torch.dtype = torch.float32,
) -> ActState:
    """Slots for batches shaped like these, all halted, so that `refill` fills them; ``dtype`` is the carry's."""
    batch = len(tokens)
    ids = torch.zeros(batch, dtype=torch.int64, device=tokens.device) if puzzle_ids is None else puzzle_ids
    return ActState(
        carry=model.initial_carry(batch, dtype=dtype),
        steps=torch.zeros(batch, dtype=torch.int64, device=tokens.device),
        halted=torch.ones(batch, dtype=torch.bool, device=tokens.device),
        tokens=torch.zeros_like(tokens),
        answers=torch.zeros_like(answers),
        puzzle_ids=torch.zeros_like(ids),
    )


def refill(model: HRM, state: ActState, tokens: Tensor, answers: Tensor, puzzle_ids: Tensor | None = None) -> ActState:
    """Puts the given boards into the slots that halted, with a fresh carry and 0 steps; the others stay."""
    ids = torch.zeros_like(state.puzzle_ids) if puzzle_ids is None else puzzle_ids

    def pick(new: Tensor, old: Tensor) -> Tensor:
        return torch.where(state.halted.view(-1, *(1,) * (new.ndim - 1)), new, old)

    return replace(
        state,
        carry=model.reset_carry(state.carry, state.halted),
        steps=torch.where(state.halted, 0, state.steps),
        halted=torch.zeros_like(state.halted),
        tokens=pick(tokens, state.tokens),
        answers=pick(answers, state.answers),
        puzzle_ids=pick(ids, state.puzzle_ids),
    )


def act_step(
    model: HRM,
    state: ActState,
    *,
    grad: GradMode = "one",
    halt_max_steps: int | None = None,
    exploration: float = 0.1,
    generator: torch.Generator | None = None,
) -> tuple[ActState, StepOutput]:
    """One deep-supervision step of every slot.

    In training mode a slot halts when Q says so, but not before a random minimum that ``exploration`` of the slots
    draw from 2..max; always at the maximum. In evaluation mode only the maximum counts.

    Args:
        state: refilled (see `refill`), none halted.
        halt_max_steps: default: the config's.
        exploration: probability of a random minimum (``halt_exploration_prob``, 0.1 as published).

    Returns:
        The state with a detached carry, and logits, q with gradients.
    """
    limit = model.config.halt_max_steps if halt_max_steps is None else halt_max_steps
    carry, logits, q = model(state.carry, state.tokens, state.puzzle_ids, grad=grad)
    carry = carry.detach()
    steps = state.steps + 1
    last = steps >= limit
    halted, target = last, None
    if model.training and limit > 1:
        with torch.no_grad():
            draw = torch.rand(len(steps), generator=generator, device=steps.device) < exploration
            least = torch.randint(2, limit + 1, steps.shape, generator=generator, device=steps.device)
            halted = (last | should_halt(q)) & (steps >= torch.where(draw, least, 0))
            if q.shape[1] == 2:
                # Value of going on: the best Q of the step after, without a target network (HRM section 2).
                ahead = model(carry, state.tokens, state.puzzle_ids)[2]
                target = torch.sigmoid(torch.where(last, ahead[:, 0], ahead.amax(1)))
    return replace(state, carry=carry, steps=steps, halted=halted), StepOutput(logits, q, target)

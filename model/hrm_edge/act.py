"""Adaptive computation time: ACT steps of a model, and where Q would halt (HRM section 2; ``hrm_act_v1.py``)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import torch
from torch import Tensor

from .hrm import Carry
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

"""The loss of one ACT step, and of a window of them."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from .act import halting_logit
from .hrm import Carry
from .tasks import Task
from .train_config import TrainConfig


def window_loss(
    task: Task,
    options: TrainConfig,
    carry: Carry,
    step: Callable[[Carry], tuple[Carry, Tensor, Tensor]],
    labels: list[Tensor],
) -> tuple[Carry, Tensor, Tensor, Tensor]:
    """Takes ``options.window`` steps from ``carry``; later ones weigh more, by ``options.ramp``.

    Args:
        step: one ACT step: a carry in; carry, logits, q out.
        labels: ``answers``, ``wrong``, ``refuted`` of `step_loss`.

    Returns:
        the carry and the logits at the end, the loss, and the entropy of the last step.
    """
    weights = [((t + 1) / options.window) ** options.ramp for t in range(options.window)]
    loss = torch.zeros((), device=carry.z_H.device)
    for weight in weights:
        carry, logits, q = step(carry)
        one, entropy = step_loss(task, logits, q, *labels, options.contradiction, options.unproven, options.halting)
        loss = loss + weight / sum(weights) * one
    return carry, logits, loss, entropy


def step_loss(
    task: Task,
    logits: Tensor,
    q: Tensor,
    answers: Tensor,
    wrong: Tensor,
    refuted: Tensor,
    contradiction: float,
    unproven: float,
    halting: float,
) -> tuple[Tensor, Tensor]:
    """Loss of a step, and its cross-entropy alone (mean over boards that have a solution).

    - Cross-entropy of each cell's symbol, on boards that have a solution.
    - Models of candidates, weight ``contradiction``: every candidate by itself is on or off; on a refuted board all
      are off. So a logit is a belief, and the beliefs of a cell's candidates sum to one, or to nothing once the
      model sees a contradiction. Wrong boards that are not refuted count ``unproven`` as much as others:
      little, or the beliefs of every board with a tentative given would sink to the share of wrong ones.
    - Halting, weight ``halting``: whether the whole board is right. What is trained is what halts (`halting_logit`), so
      a model with two q outputs learns one logit, their difference. HRM trains them apart: Q-halt on this same label,
      Q-continue on the best Q of the step after (section 2). Its comparison is trained on here all the same: a
      converted model goes on from its own decisions, and only the two values by themselves lose their meaning.

    Args:
        answers: ``[B, cells]`` int64 symbols from 0; -100 leaves a cell out.
        wrong, refuted: ``[B]`` bool, boards without a solution, and those of them where it can be shown.
    """
    symbols = task.symbol_logits(logits)
    sound = (~wrong).float()
    cells = F.cross_entropy(symbols.transpose(1, 2), answers, reduction="none").mean(1)
    entropy = (cells * sound).sum() / len(sound)
    loss = entropy
    if task.candidates and contradiction:
        on = F.one_hot(answers, symbols.shape[-1]) * sound[:, None, None]
        each = F.binary_cross_entropy_with_logits(symbols, on, reduction="none")
        told = torch.where(wrong & ~refuted, unproven, 1.0)
        loss = loss + contradiction * (each.sum(-1).mean(1) * told).mean()
    if halting:
        right = ((symbols.argmax(-1) == answers) | (answers < 0)).all(1) & ~wrong
        loss = loss + halting * F.binary_cross_entropy_with_logits(halting_logit(q), right.float())
    return loss, (entropy / sound.mean().clamp(min=1e-6)).detach()

"""Training on a GPU: every update is one CUDA graph, and the boards move on meanwhile.

The boards are two halves that take turns: while the GPU computes an update of one, the CPU moves the boards of the
other on, by the logits of their update before (`train_slots`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .data import Boards
from .hrm import Carry
from .kernels.cuda_level import fuse_on_gpu
from .train import NotFiniteError, Trainer
from .train_config import RunConfig
from .train_loss import window_loss
from .train_slots import Slots
from .train_world import World

WARM_UPS = 3


class Half:
    """Boards of one half: slots on the CPU, and what the graph reads and writes on the GPU."""

    def __init__(self, slots: Slots, carry: Carry) -> None:
        self.slots, self.carry = slots, carry
        device = carry.z_H.device
        # Sent over and back through memory of the same shapes that is pinned.
        self.inputs = {name: t.to(device) for name, t in self._inputs().items()}
        self.sent = {name: torch.empty_like(t).pin_memory() for name, t in self._inputs().items()}
        self.logits = torch.zeros(*slots.tokens.shape, 1, device=device)
        self.numbers = torch.zeros(3, device=device)  # loss, entropy, norm of the gradient
        self.back = [torch.empty(t.shape).pin_memory() for t in (self.logits, self.numbers)]
        self.done = torch.cuda.Event()
        self.pending = False
        self.replay: Callable[[], None] = lambda: None

    def _inputs(self) -> dict[str, Tensor]:
        slots = self.slots
        return {
            "tokens": slots.tokens.to(torch.uint8), "answers": slots.answers, "wrong": slots.wrong,
            "refuted": slots.refuted, "fresh": slots.fresh, "noise": slots.noise,
        }  # fmt: skip

    def send(self) -> None:
        """Queues the inputs; what was sent before has arrived by then."""
        for name, value in self._inputs().items():
            self.sent[name].copy_(value)
            self.inputs[name].copy_(self.sent[name], non_blocking=True)

    def queue(self) -> None:
        """Queues the update, and its results."""
        self.replay()
        for to, value in zip(self.back, (self.logits, self.numbers), strict=True):
            to.copy_(value, non_blocking=True)
        self.done.record()
        self.pending = True

    def move_on(self, window: int) -> dict[str, float]:
        """Waits for the update that was queued and moves the boards on by it. Raises NotFiniteError."""
        if not self.pending:
            return {}
        self.done.synchronize()
        self.pending = False
        loss, entropy, norm = self.back[1].tolist()
        if not math.isfinite(loss + norm):
            raise NotFiniteError(f"loss {loss}, gradient norm {norm}")
        return {"loss": loss, "entropy": entropy, "norm": norm, **self.slots.advance(self.back[0], window)}


class CudaTrainer(Trainer):
    """A `Trainer` on one GPU, of a model that `kernels.cuda_level` fits; ``batch`` is that of a half.

    Sums are in no fixed order there, so that two runs differ in roundings.
    """

    def __init__(
        self,
        run: RunConfig,
        boards: Boards,
        holdout: Boards | None,
        folder: Path,
        start: dict[str, Tensor] | None = None,
        world: World | None = None,
    ) -> None:
        super().__init__(run, boards, holdout, folder, start, world)
        if self.device.index is not None:
            torch.cuda.set_device(self.device)  # Triton and graphs take the current card, wherever the tensors are
        options = self.options
        self.levels = fuse_on_gpu(self.model, self.dtype)
        self.newness = torch.zeros((), device=self.device)  # as `lr`
        for parameter in self.parameters:
            parameter.grad = torch.zeros_like(parameter)
        other = Slots(boards, self.task, run.search, options.batch, options.window, options.seed * 1000003 + 1)
        carry = self.model.initial_carry(options.batch, dtype=self.dtype)
        self.halves = (Half(self.slots, self.carry), Half(other, carry))

    def _optimizer(self, groups: list[dict[str, Any]], **how: Any) -> torch.optim.Optimizer:
        # It changes from update to update; a graph holds where it is.
        self.lr = torch.zeros((), device=self.device)
        return super()._optimizer(groups, lr=self.lr, fused=True, capturable=True, **how)

    @property
    def how(self) -> str:
        """What computes, for people."""
        return "Triton kernels in a CUDA graph"

    def _restore(self) -> None:
        super()._restore()
        for group in self.optimizer.param_groups:
            group["lr"] = self.lr
        # A graph holds where everything is, and restoring puts some of it elsewhere.
        for half in self.halves:
            half.replay = self._captured(half)

    def _captured(self, half: Half) -> Callable[[], None]:
        """`_window` of a half as one graph. Nothing is trained by it."""
        kept = [z.clone() for z in half.carry]
        moments = {p: {k: v.clone() for k, v in of.items()} for p, of in self.optimizer.state.items()}
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(WARM_UPS):  # at a rate of 0, which leaves the weights as they are
                self._window(half)
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            self._window(half)
        for p, of in self.optimizer.state.items():
            for name, value in of.items():
                value.copy_(moments[p][name]) if p in moments else value.zero_()
        for z, was in zip(half.carry, kept, strict=True):
            z.copy_(was)
        return graph.replay

    def _window(self, half: Half) -> None:
        """One update, all of it on the GPU."""
        model, sent = self.model, half.inputs
        torch._foreach_zero_([p.grad for p in self.parameters])
        for level in self.levels:
            level.refresh()
        fresh = sent["fresh"][:, None, None]
        noise = sent["noise"].to(self.dtype)[:, None, None]
        with torch.no_grad():
            for z, init in zip(half.carry, (model.H_init, model.L_init), strict=True):
                z.copy_(torch.where(fresh, init.to(self.dtype) + noise * torch.randn_like(z), z))
        # As `HRM.embed`, whose backward pass would sort the tokens.
        which = F.one_hot(sent["tokens"].long(), model.config.vocab_size).to(self.dtype)
        x = which @ (model.config.embed_scale * model.embed_tokens.embedding_weight).to(self.dtype)
        labels = [sent[name] for name in ("answers", "wrong", "refuted")]
        carry, logits, loss, entropy = window_loss(
            self.task, self.options, half.carry, partial(model.think, x=x, grad="full"), labels
        )
        loss.backward()
        norm = nn.utils.clip_grad_norm_(self.parameters, self.options.clip, foreach=True)
        self.optimizer.step()
        with torch.no_grad():
            self._follow(self.newness)
            for to, z in zip(half.carry, carry, strict=True):
                to.copy_(z)
            half.logits.copy_(logits)
            half.numbers.copy_(torch.stack((loss.detach(), entropy, norm)))

    def update(self) -> dict[str, float]:
        """Queues an update of one half. The numbers are those of its update before: none for the first one.

        Raises:
            NotFiniteError: by then the weights are lost; the checkpoint is from before.
        """
        half = self.halves[self.step % 2]
        found = half.move_on(self.options.window)
        half.send()
        self.lr.fill_(self.rate())
        self.step += 1
        self.newness.fill_(self._newness())
        half.queue()
        return found

    def _boards_state(self) -> dict[str, Any]:
        for half in self.halves:
            half.move_on(self.options.window)
        return {
            "slots": [half.slots.state_dict() for half in self.halves],
            "carry": [z for half in self.halves for z in half.carry],
        }

    def _take_boards(self, state: dict[str, Any]) -> None:
        for half, slots in zip(self.halves, state["slots"], strict=True):
            half.slots.load_state_dict(slots)
        for to, z in zip((z for half in self.halves for z in half.carry), state["carry"], strict=True):
            to.copy_(z)

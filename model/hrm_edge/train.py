"""The trainer: windows of ACT steps, each backpropagated as one, over slots that live through a search.

One update: every slot takes ``window`` ACT steps from its carry, with a loss after each; gradients reach back through
the whole window (``grad = "full"``) or only through each step's own tail (``"one"``, ``"cycle"``). Then the carry is
detached, the slots move on (`train_slots`), and fresh boards get a fresh carry.
"""

from __future__ import annotations

import json
import math
from functools import partial
from pathlib import Path
from typing import Any, Self

import torch
from torch import Tensor, nn

from . import train_memory
from .data import Boards
from .hrm import HRM, Carry
from .kernels.block import fuse
from .rounding import round_as_engines
from .tasks import Task
from .train_config import RunConfig
from .train_loss import window_loss
from .train_slots import Slots
from .train_state import check_state, restore_optimizer, restore_rng, rng_state
from .train_together import load_together, save_together
from .train_world import World, usable


class NotFiniteError(RuntimeError):
    """Loss or gradient became NaN or infinite; the last checkpoint is from before."""


class Trainer:
    """One run. ``folder`` gets ``last.pt`` and ``metrics.jsonl``; each further process has a ``last.RANK.pt``.

    Made at its beginning; `open` also goes on with it.

    Args:
        boards: training boards; ``holdout``: boards for the curve, or None.
        start: state dict to start from (the model's own draw otherwise).
        world: the processes, each with a trainer; alone on the options' device by default.

    Raises:
        HrmEdgeError: code ``config`` for a device that is none.
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
        options = run.train
        self.run, self.holdout, self.folder, self.options = run, holdout, folder, options
        self.world = world or World(device=options.device)
        self.device = usable(self.world.device)
        self.dtype = getattr(torch, options.dtype)
        torch.set_num_threads(options.threads)
        torch.set_flush_denormal(True)
        train_memory.keep_freed()
        torch.manual_seed(options.seed)
        self.model = HRM(run.hrm())
        if start is not None:
            self.model.load_state_dict(start)
        self.model.to(self.device)
        if options.int8:
            round_as_engines(self.model)
        self.fused = self.dtype == torch.float32 and self.device.type == "cpu" and fuse(self.model)
        if options.compile and not self.fused:
            for level in (self.model.H_level, self.model.L_level):
                level.forward = torch.compile(level.forward)
        # The starts H_init and L_init are buffers and stay what they are.
        self.parameters = list(self.model.parameters())
        matrices = [p for p in self.parameters if p.ndim >= 2]
        vectors = [p for p in self.parameters if p.ndim < 2]
        self.optimizer = self._optimizer([{"params": matrices}, {"params": vectors, "weight_decay": 0.0}])
        self.average = {k: v.detach().clone() for k, v in self.model.state_dict().items()}
        self.task = Task(self.model.config)
        seed = options.seed * 1000003 + self.world.rank  # each process its own boards
        self.slots = Slots(boards, self.task, run.search, options.batch, options.window, seed)
        self.digest = boards.digest()
        torch.manual_seed(seed)
        self.carry = self.model.initial_carry(options.batch, dtype=self.dtype)
        self._fresh_carries()
        self.step = 0
        self.seconds = 0.0

    @classmethod
    def open(cls, *args: Any) -> Self:
        """Takes what the class takes: a trainer that goes on with the run in ``folder``, or begins it.

        Raises:
            HrmEdgeError: code ``checkpoint`` also if the run there is another one.
        """
        trainer = cls(*args)
        trainer._restore()
        return trainer

    def _optimizer(self, groups: list[dict[str, Any]], **how: Any) -> torch.optim.Optimizer:
        options = {"lr": self.options.lr, "weight_decay": self.options.weight_decay, "betas": (0.9, 0.95)}
        return torch.optim.AdamW(groups, **(options | how))

    # ---- state ----

    @property
    def how(self) -> str:
        """What computes, for people."""
        return "fused CPU kernel" if self.fused else "PyTorch"

    @property
    def checkpoint(self) -> Path:
        """Where the run's state is kept; one file a process."""
        return self.folder / ("last.pt" if self.world.rank == 0 else f"last.{self.world.rank}.pt")

    def identity(self) -> dict[str, Any]:
        """What a run is; `check_same_run` compares it with that of a checkpoint."""
        return {
            "config": self.model.config.to_json(),
            "run": json.loads(self.run.model_dump_json()),
            "world": self.world.size,
            "boards": self.digest,
        }

    def state(self) -> dict[str, Any]:
        """Plain data; `_restore` takes it back."""
        return self.identity() | {
            "model": {k: v.detach().cpu() for k, v in self.model.state_dict().items()},
            "ema": {k: v.cpu() for k, v in self.average.items()},
            "optimizer": self.optimizer.state_dict(),
            **self._boards_state(),
            "step": self.step,
            "seconds": self.seconds,
            "rng": rng_state(self.device),
        }

    def _boards_state(self) -> dict[str, Any]:
        """What a checkpoint keeps of the boards; `_take_boards` takes it back."""
        return {"slots": self.slots.state_dict(), "carry": [self.carry.z_H, self.carry.z_L]}

    def _take_boards(self, state: dict[str, Any]) -> None:
        self.slots.load_state_dict(state["slots"])
        self.carry = Carry(*(z.to(self.device) for z in state["carry"]))

    def save(self) -> None:
        """Writes the checkpoint."""
        save_together(self.checkpoint, self.state(), self.world)

    def _restore(self) -> None:
        state = load_together(self.checkpoint, self.identity(), self.world)
        if state is not None:
            self._take(state)
        # Saving is done together and due by this clock; a kill may have left checkpoints of one update and two times.
        self.seconds = self.world.share(self.seconds)[0][0]

    def _take(self, state: dict[str, Any]) -> None:
        check_state(self.checkpoint, state, self.state())
        self.model.load_state_dict(state["model"])
        self.average = {k: v.to(self.device) for k, v in state["ema"].items()}
        restore_optimizer(self.checkpoint, state.get("optimizer"), self.optimizer)
        self._take_boards(state)
        self.step, self.seconds = state["step"], state["seconds"]
        restore_rng(state["rng"], self.device)

    # ---- one update ----

    @property
    def progress(self) -> float:
        """0..1 of the budget."""
        if self.options.steps is not None:
            return min(1.0, self.step / self.options.steps)
        return min(1.0, self.seconds / 60 / (self.options.minutes or 1))

    def rate(self) -> float:
        """Learning rate of the next update: linear warm-up, then a cosine to zero at the end of the budget."""
        warm = min(1.0, (self.step + 1) / max(1, self.options.warmup))
        return self.options.lr * warm * 0.5 * (1 + math.cos(math.pi * self.progress))

    def _fresh_carries(self) -> None:
        fresh = self.slots.fresh
        if not fresh.any():
            return
        start = self.model.initial_carry(int(fresh.sum()), dtype=self.dtype)
        noise = self.slots.noise[fresh].to(self.device)[:, None, None]
        if noise.any():
            start = Carry(*(z + noise.to(z.dtype) * torch.randn_like(z) for z in start))
        which = fresh.to(self.device)
        self.carry.z_H[which] = start.z_H
        self.carry.z_L[which] = start.z_L

    def _newness(self) -> float:
        """How much of the average an update's weights are; more at first."""
        return 1 - min(self.options.ema, self.step / (self.step + 10))

    def _follow(self, newness: float | Tensor) -> None:
        """Takes the weights into their average."""
        for name, value in self.model.state_dict().items():
            self.average[name].lerp_(value, newness)

    def update(self) -> dict[str, float]:
        """One update. Raises NotFiniteError before anything is changed by it."""
        options = self.options
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate()
        slots = self.slots
        tokens, *labels = (
            t.to(self.device, non_blocking=True) for t in (slots.tokens, slots.answers, slots.wrong, slots.refuted)
        )
        self.model.train()
        step = partial(self.model, tokens=tokens, grad=options.grad)
        carry, logits, loss, entropy = window_loss(self.task, options, self.carry, step, labels)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        loss = loss.detach()
        # The loss with them: where one process must stop for it, all do.
        self.world.average([loss, *(p.grad for p in self.parameters if p.grad is not None)])
        norm = nn.utils.clip_grad_norm_(self.parameters, options.clip)
        if not math.isfinite(float(loss) + float(norm)):
            raise NotFiniteError(f"step {self.step}: loss {float(loss)}, gradient norm {float(norm)}")
        self.optimizer.step()
        self.step += 1
        with torch.no_grad():
            self._follow(self._newness())
            self.carry = carry.detach()
            counts = self.slots.advance(logits, options.window)
            self._fresh_carries()
        return {"loss": float(loss), "entropy": float(entropy), "norm": float(norm), **counts}

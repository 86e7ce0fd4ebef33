"""The processes of a torchrun start: which one this is, what it computes on, what they tell each other and are told."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import torch
import torch.distributed as dist
from torch import Tensor

from .errors import HrmEdgeError

# How long a process waits for the others. They wait while rank 0 evaluates, and PyTorch's own limits (10 minutes on
# GPUs, else 30) would end the run there. Where a process fails, torchrun ends the others.
PATIENCE = timedelta(days=1)


def usable(name: str) -> torch.device:
    """The device of that name. Raises HrmEdgeError, code ``config``, if nothing can be computed on it here."""
    try:
        torch.zeros(1, device=name).item()
        return torch.device(name)
    except Exception as error:  # a backend that is not there may raise anything
        reason = str(error).partition("\n")[0]
        raise HrmEdgeError("config", f"device {name!r} cannot be used: {reason}") from error


@contextmanager
def signals_to_stop() -> Iterator[list[int]]:
    """SIGTERM and SIGINT, which end nothing meanwhile: those that came."""
    came: list[int] = []
    old = {s: signal.signal(s, lambda number, _: came.append(number)) for s in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield came
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)


@dataclass(frozen=True)
class World:
    """This process among those of a torchrun start; alone by default. ``device``: what it computes on."""

    rank: int = 0
    size: int = 1
    device: str = "cpu"

    @classmethod
    def join(cls, device: str) -> World:
        """Reads torchrun's environment. Where it starts several, ``cuda`` is another card for each process.

        Raises:
            HrmEdgeError: code ``config`` for a card that is not there.
        """
        if "RANK" not in os.environ:
            return cls(device=device)
        if device == "cuda":
            device = f"cuda:{os.environ['LOCAL_RANK']}"
        on_cuda = device.startswith("cuda")
        if on_cuda:
            usable(device)
            torch.cuda.set_device(device)  # before NCCL starts: it takes the current card, which is 0 for everyone
        dist.init_process_group("nccl" if on_cuda else "gloo", timeout=PATIENCE)
        return cls(dist.get_rank(), dist.get_world_size(), device)

    def average(self, tensors: list[Tensor]) -> None:
        """Mean over the processes, in place."""
        if self.size == 1:
            return
        flat = torch.cat([t.flatten() for t in tensors])
        dist.all_reduce(flat)
        flat /= self.size
        for t, part in zip(tensors, flat.split([t.numel() for t in tensors]), strict=True):
            t.copy_(part.view_as(t))

    def share(self, *numbers: float) -> list[tuple[float, ...]]:
        """What every process says, in order of rank. All must call it, with as many numbers."""
        if self.size == 1:
            return [numbers]
        said = torch.zeros(self.size, len(numbers), dtype=torch.float64, device=self.device)
        said[self.rank] = torch.tensor(numbers, dtype=torch.float64)
        dist.all_reduce(said)
        return [tuple(row) for row in said.tolist()]

"""Which trainer a run gets."""

from __future__ import annotations

from .hrm import HRM
from .train import Trainer
from .train_config import RunConfig
from .train_world import World, usable


def trainer_for(run: RunConfig, world: World) -> type[Trainer]:
    """`CudaTrainer` where its kernels fit: one process, an NVIDIA GPU, bfloat16, candidates without positions, no int8.

    Raises:
        HrmEdgeError: code ``config`` for a device that is none.
    """
    if world.size > 1 or run.train.dtype != "bfloat16" or run.train.grad != "full" or run.train.int8:
        return Trainer
    if not world.device.startswith("cuda") or usable(world.device).type != "cuda":
        return Trainer
    from .kernels.cuda_level import fits  # Triton is there where PyTorch has CUDA
    from .train_cuda import CudaTrainer

    return CudaTrainer if fits(HRM(run.hrm())) else Trainer

"""Memory of a training run: freed blocks are kept, and a run that needs more than there is ends in words."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from .errors import HrmEdgeError

M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4  # malloc.h of glibc


def keep_freed() -> bool:
    """Keeps the C library from giving every large tensor back to the kernel, to be paged in again by the next one.

    Returns whether it took the settings (glibc does).
    """
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and bool(mallopt(M_MMAP_MAX, 0)) and bool(mallopt(M_TRIM_THRESHOLD, 2**31 - 1))


@contextmanager
def named_shortage() -> Iterator[None]:
    """Raises HrmEdgeError, code ``memory``, in the place of what an allocator raises."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        # Of the CPU's allocator PyTorch has no class; C++ code of its own may fail beside it.
        said = any(name in str(error) for name in ("DefaultCPUAllocator", "bad_alloc"))
        if not said and not isinstance(error, MemoryError | torch.OutOfMemoryError):
            raise
        what = "out of memory: take a smaller batch, window or board, or lists instead of full attention"
        raise HrmEdgeError("memory", what) from error

"""Checkpoints of a run, one file a process: all of one update, whenever they were killed."""

from __future__ import annotations

import os
import shutil
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import torch

from .checkpoint import load_dict
from .errors import HrmEdgeError
from .files import sweep, target, write_atomic, writing, written_aside
from .train_state import check_same_run, clock_of, save_state
from .train_world import World


def before(path: Path) -> Path:
    """Where runs of several processes keep the checkpoint before ``path``."""
    return path.with_suffix(".before.pt")


def _keep(real: Path) -> None:
    """Keeps ``real``, which stays in place, as the checkpoint before. One before that goes, also without ``real``."""
    kept = before(real)
    kept.unlink(missing_ok=True)
    if not real.exists():
        return
    try:
        os.link(real, kept)
    except OSError:  # a file system without hard links
        write_atomic(kept, lambda to: shutil.copyfile(real, to))


def save_together(path: Path, state: dict[str, Any], world: World) -> None:
    """Writes the checkpoint of this process once all have written theirs aside; several keep the one before as well.

    So processes that a kill parts are one checkpoint apart, and those ahead still have what the others have. ``path``
    is there at every moment once it is written.

    Raises:
        HrmEdgeError: code ``file`` if any process cannot write its own; none is replaced then.
    """
    if world.size == 1:
        save_state(path, state)
        return
    failure = None
    with ExitStack() as aside:
        try:
            real = target(path)
            with writing(path):
                real.parent.mkdir(parents=True, exist_ok=True)
                temporary = aside.enter_context(written_aside(real, lambda to: torch.save(state, to)))
        except HrmEdgeError as error:
            failure = error
        if not all(whole for (whole,) in world.share(failure is None)):
            raise failure or HrmEdgeError("file", f"{path}: not replaced: another process could not write its own")
        with writing(path):
            _keep(real)  # not before all have written: one may still be in the save before this one
            temporary.replace(real)


def load_together(path: Path, run: dict[str, Any], world: World) -> dict[str, Any] | None:
    """The checkpoint of this process at the newest update that all have; None where the run has not begun.

    What is newer is given up, or a later save could take it for the one before. Without ``path`` itself, the one before
    is not looked at: who removes the former begins anew.

    Args:
        run: what `Trainer.identity` says; a checkpoint of another run is refused.

    Raises:
        HrmEdgeError: code ``checkpoint``, also if there is no such update.
    """
    real = path.resolve()
    for file in (real, before(real)):
        sweep(file)
    found: dict[int, tuple[Path, dict[str, Any]]] = {}
    for file in (real, before(real)) if world.size > 1 and real.exists() else (real,):
        if file.exists():
            state = load_dict(file)
            check_same_run(file, state, run)
            found.setdefault(clock_of(file, state)[0], (file, state))
    steps = [{int(step) for step in said if step >= 0} for said in world.share(*[*found, -1, -1][:2])]
    newest = [max(of, default=0) for of in steps]
    # Before the first update a process without a checkpoint is where the others are.
    common = set.intersection(*steps) if any(newest) else {0}
    if not common:
        raise HrmEdgeError("checkpoint", f"{path.parent}: its processes were not saved at the same update: {newest}")
    file, state = found.get(max(common), (real, None))
    if file != real:
        file.replace(real)
    return state

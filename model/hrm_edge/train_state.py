"""The trainer's checkpoint: everything a run needs to go on as if it had never stopped."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import torch

from .config import HRMConfig
from .errors import HrmEdgeError
from .files import write_atomic

# What may change when a run goes on: its budget, how often it reports, what it computes on. Not every device takes what
# another has saved: `restore_rng` and `Trainer._take_boards` refuse.
FREE = frozenset(
    ("steps", "minutes", "save_minutes", "eval_minutes", "eval_rows", "eval_steps", "threads", "device", "compile")
)


def check_same_run(path: Path, saved: dict[str, Any], now: dict[str, Any]) -> None:
    """Compares a checkpoint of a trainer with what `Trainer.identity` says now.

    Raises:
        HrmEdgeError: code ``checkpoint``, naming the first difference.
    """
    if saved.get("config") != now["config"]:
        if not isinstance(saved.get("config"), str):
            raise HrmEdgeError("checkpoint", f"{path}: of no run; a new run takes another --out")
        of, model = HRMConfig.parse(saved["config"]), HRMConfig.parse(now["config"])
        if (difference := barred(of, model)) is not None:
            raise HrmEdgeError("checkpoint", f"{path}: of another model: {difference}; a new run takes another --out")
        raise refusal(path, f"of another model: {_difference(of, model)}")
    if saved.get("world") != now["world"]:
        raise refusal(path, f"of {saved.get('world')} processes, not {now['world']}")
    if saved.get("boards") != now["boards"]:
        raise refusal(path, "made with other training boards, or before they were compared")
    for table in ("search", "train"):
        was = saved["run"][table]
        for name, value in now["run"][table].items():
            if name not in FREE and was.get(name) != value:
                raise refusal(path, f"{table}.{name} was {was.get(name)}, and is {value} now")


def refusal(path: Path, what: str) -> HrmEdgeError:
    """Of a checkpoint that a run cannot go on with, but whose weights another can start from."""
    return HrmEdgeError("checkpoint", f"{path}: {what}; a new run can start from it: another --out, --start {path}")


def barred(of: HRMConfig, model: HRMConfig) -> str | None:
    """Why a model cannot start from the weights of another: the first option that differs and is a part of them.

    How often a step thinks is none (what ships thinks longer than what is trained), nor is the size of the board, where
    the model takes any.
    """
    free = {"H_cycles", "L_cycles", "halt_max_steps", "task"}
    if model.any_size:
        free |= {"seq_len", "rows", "cols", "box_rows", "box_cols", "walled"}
    return _difference(of, model, free)


def _difference(of: HRMConfig, model: HRMConfig, free: Collection[str] = ()) -> str | None:
    """The first option that differs and is none of ``free``, the task's own first."""
    for theirs, ours in ((of.task, model.task), (of, model)):
        for name in type(theirs).model_fields:
            was, wanted = getattr(theirs, name), getattr(ours, name)
            if name not in free and was != wanted:
                return f"{name} is {was!r}, not {wanted!r}"
    return None


def save_state(path: Path, state: dict[str, Any]) -> None:
    """Writes a checkpoint; of a trainer's `hrm_edge.checkpoint.load_checkpoint` reads ``config`` and ``ema``."""
    write_atomic(path, lambda to: torch.save(state, to))


def rng_state(device: torch.device) -> dict[str, Any]:
    """Global generators (noise on carries is drawn from them)."""
    state: dict[str, Any] = {"cpu": torch.get_rng_state()}
    if device.type == "cuda":
        state["cuda"] = torch.cuda.get_rng_state(device)
    return state


def restore_rng(path: Path, state: dict[str, Any], device: torch.device) -> None:
    """The inverse of `rng_state`. Raises HrmEdgeError, code ``checkpoint``, on CUDA for a state of a CPU."""
    torch.set_rng_state(state["cpu"])
    if device.type == "cuda":
        if "cuda" not in state:
            raise refusal(path, "saved on a CPU, cannot go on exactly on CUDA")
        torch.cuda.set_rng_state(state["cuda"], device)

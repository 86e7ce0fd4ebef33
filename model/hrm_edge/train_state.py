"""The trainer's checkpoint: everything a run needs to go on as if it had never stopped."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from .config import HRMConfig
from .errors import HrmEdgeError
from .files import write_atomic
from .train_config import SearchConfig, TrainConfig

# What may change when a run goes on: its budget, how often it reports, what it computes on. Not every device takes what
# another has saved: `check_state`.
FREE = frozenset(
    ("steps", "minutes", "save_minutes", "eval_minutes", "eval_rows", "eval_steps", "threads", "device", "compile")
)


def check_same_run(path: Path, saved: dict[str, Any], now: dict[str, Any]) -> None:
    """Compares a checkpoint of a trainer with what `Trainer.identity` says now.

    Raises:
        HrmEdgeError: code ``checkpoint``, naming the first difference.
    """
    run = saved.get("run")
    if not isinstance(saved.get("config"), str) or not isinstance(run, dict):
        raise HrmEdgeError("checkpoint", f"{path}: of no run; a new run takes another --out")
    # Not their texts: the saved one names no option that the model has got since then.
    of, model = HRMConfig.parse(saved["config"]), HRMConfig.parse(now["config"])
    if of != model:
        if (difference := barred(of, model)) is not None:
            raise HrmEdgeError("checkpoint", f"{path}: of another model: {difference}; a new run takes another --out")
        raise refusal(path, f"of another model: {_difference(of, model)}")
    if saved.get("world") != now["world"]:
        raise refusal(path, f"of {saved.get('world')} processes, not {now['world']}")
    if saved.get("boards") != now["boards"]:
        raise refusal(path, "made with other training boards, or before they were compared")
    for table, options in (("search", SearchConfig.model_fields), ("train", TrainConfig.model_fields)):
        was = run.get(table)
        for name, value in now["run"][table].items():
            # Without the name the run began before there was such an option.
            before = was.get(name, options[name].default) if isinstance(was, dict) else None
            if name not in FREE and before != value:
                raise refusal(path, f"{table}.{name} was {before}, and is {value} now")


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


def clock_of(path: Path, saved: dict[str, Any]) -> tuple[int, float]:
    """Updates and seconds that a run has had. Raises HrmEdgeError, code ``checkpoint``, if these are none."""
    step, seconds = saved.get("step"), saved.get("seconds")
    if type(step) is not int or type(seconds) is not float or not (0 <= step < 2**53 and 0 <= seconds < 2**53):
        raise HrmEdgeError("checkpoint", f"{path}: step and seconds are not those of a run")
    return step, seconds


def check_state(path: Path, saved: dict[str, Any], fresh: dict[str, Any]) -> None:
    """Compares what a checkpoint of the same run holds with what a fresh trainer has, all but the optimizer's.

    Raises:
        HrmEdgeError: code ``checkpoint`` for another device, and where anything is missing, of another type or shape.
    """
    slots, rng = saved.get("slots"), saved.get("rng")
    if isinstance(slots, list) and isinstance(fresh["slots"], dict):
        raise refusal(path, "saved on a GPU, in two halves, cannot go on exactly without it")
    if isinstance(slots, dict) and isinstance(fresh["slots"], list):
        raise refusal(path, "not saved in two halves, cannot go on exactly on this GPU")
    if isinstance(rng, dict) and "cuda" not in rng and "cuda" in fresh["rng"]:
        raise refusal(path, "saved on a CPU, cannot go on exactly on CUDA")
    if isinstance(rng, dict):
        rng = {name: value for name, value in rng.items() if name in fresh["rng"]}  # a CPU needs none of CUDA
    for name in ("model", "ema", "slots", "carry"):
        _check_form(path, name, saved.get(name), fresh[name])
    _check_form(path, "rng", rng, fresh["rng"])


def _check_form(path: Path, name: str, saved: Any, own: Any) -> None:
    same = type(saved) is type(own)
    if same and isinstance(own, Tensor):
        same = saved.shape == own.shape and saved.dtype == own.dtype
    elif same and isinstance(own, list):
        same = len(saved) == len(own)
    if not same:
        raise HrmEdgeError("checkpoint", f"{path}: {name} is not that of this run")
    if isinstance(own, dict):
        for key in own.keys() | saved.keys():
            _check_form(path, f"{name}.{key}", saved.get(key), own.get(key))
    elif isinstance(own, list):
        for i, (theirs, ours) in enumerate(zip(saved, own, strict=True)):
            _check_form(path, f"{name}.{i}", theirs, ours)


def restore_optimizer(path: Path, saved: Any, optimizer: torch.optim.Optimizer) -> None:
    """Loads its state dict. Raises HrmEdgeError, code ``checkpoint``, for that of another."""
    try:
        optimizer.load_state_dict(saved)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:  # it looks at little itself
        raise HrmEdgeError("checkpoint", f"{path}: optimizer is not that of this run") from error
    for parameter, moments in optimizer.state.items():
        own = {"exp_avg": parameter.detach(), "exp_avg_sq": parameter.detach(), "step": torch.zeros(())}
        _check_form(path, "optimizer.state", moments, own)


def rng_state(device: torch.device) -> dict[str, Any]:
    """Global generators (noise on carries is drawn from them)."""
    state: dict[str, Any] = {"cpu": torch.get_rng_state()}
    if device.type == "cuda":
        state["cuda"] = torch.cuda.get_rng_state(device)
    return state


def restore_rng(state: dict[str, Any], device: torch.device) -> None:
    """The inverse of `rng_state`."""
    torch.set_rng_state(state["cpu"])
    if device.type == "cuda":
        torch.cuda.set_rng_state(state["cuda"], device)

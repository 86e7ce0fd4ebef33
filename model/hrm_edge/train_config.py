"""What a training run is made of; a TOML file with the tables of `RunConfig`."""

from __future__ import annotations

import tomllib
from inspect import signature
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from .config import HRMConfig
from .errors import HrmEdgeError, first_fault, no_such_key
from .families import structured_grid, structured_maze, structured_sudoku

# Most ACT steps of anything, and most windows: as many as `halt_max_steps` may be.
MOST_STEPS = 65536


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class DataConfig(_Table):
    """Files of boards."""

    train: list[Path] = Field(min_length=1)
    # Choosing and watching, never training: boards like one of these (the same question; in Sudoku any symmetry of it)
    # are taken out of the training rows.
    holdout: list[Path] = []
    # Rows of the training files themselves to hold out instead, where `holdout` is empty: the last of all, so mostly
    # of the last file. Never other ones: a run goes on with the boards that it began with.
    holdout_rows: int = Field(default=0, ge=0)
    limit: int | None = Field(default=None, ge=1, description="at most so many rows of each file")
    # Sudoku only, needs a compiler: boards of the other files are drawn so that their ratings (`generate.rate`) are
    # spread as in this one.
    like: Path | None = None


# The default of a new option, here and in `TrainConfig`, is what was done before there was one: a run that was begun
# without the option goes on as one with its default (`train_state.check_same_run`).
class SearchConfig(_Table):
    """What happens to a board between windows (see `train_slots`). Probabilities and numbers of windows."""

    givens: float = Field(default=0.2, ge=0, le=1, description="share of fresh boards that get 1..12 true givens")
    exclusions: float = Field(default=0.2, ge=0, le=1, description="share that get wrong candidates switched off")
    noise: float = Field(default=0.25, ge=0, le=1, description="share whose start is noised, deviation U(0, 1)")
    doomed: float = Field(default=0.25, ge=0, le=1, description="share that starts with a wrong given that is refuted")
    guesses: bool = Field(default=True, description="tentative givens, right and wrong, once a board is stuck")
    wrong: float = Field(default=0.5, ge=0, le=1, description="share of tentative givens that are wrong")
    ahead: bool = Field(default=False, description="wrong boards also count as refuted by a look one candidate ahead")
    refutable: float = Field(default=0.5, ge=0, le=1, description="share of those that shall be refuted at once")
    first: int = Field(
        default=4, ge=1, le=MOST_STEPS, description="most windows before a fresh board's first tentative given"
    )
    later: int = Field(default=2, ge=1, le=MOST_STEPS, description="most windows between further ones")
    deeper: float = Field(default=0.8, ge=0, le=1, description="chance to guess on while nothing refutes a wrong one")
    leave: float = Field(default=0.7, ge=0, le=1, description="chance that a solved board leaves")
    steps: int = Field(default=64, ge=1, le=MOST_STEPS, description="ACT steps after which any board leaves")


class TrainConfig(_Table):
    """How to train. The budget is ``steps`` updates or ``minutes``; the learning rate falls to zero inside it."""

    batch: int = Field(default=16, ge=1)
    window: int = Field(default=4, ge=1, le=MOST_STEPS, description="ACT steps that one update goes back through")
    grad: Literal["one", "cycle", "full"] = "full"
    ramp: float = Field(default=0.0, ge=0, description="step t of T weighs ((t + 1) / T) ** ramp")
    contradiction: float = Field(default=0.5, ge=0, description="weight of the per-candidate loss")
    unproven: float = Field(default=0.15, ge=0, le=1, description="of it on wrong boards that are not refuted")
    halting: float = Field(default=0.05, ge=0, description="weight of the halting head's loss")
    lr: float = Field(default=1e-3, gt=0)
    warmup: int = Field(default=100, ge=0, description="updates")
    weight_decay: float = Field(default=0.1, ge=0)
    clip: float = Field(default=1.0, gt=0)
    ema: float = Field(default=0.999, ge=0, lt=1)
    steps: int | None = Field(default=None, ge=1)
    minutes: float | None = Field(default=None, gt=0)
    # The trainer multiplies it, for seeds of its processes, and a generator of PyTorch takes 64 bits.
    seed: int = Field(default=0, ge=-(2**43), le=2**43)
    device: str = "cpu"
    dtype: Literal["float32", "bfloat16"] = "float32"
    int8: bool = Field(default=False, description="weights and rows are rounded as the engines do it (`rounding`)")
    threads: int = Field(default=1, ge=1, le=1024)
    compile: bool = Field(default=False, description="torch.compile; the fused CPU kernel goes first where it fits")
    save_minutes: float = Field(default=3.0, gt=0)
    eval_minutes: float = Field(default=10.0, gt=0)
    eval_rows: int = Field(default=128, ge=0)
    eval_steps: int = Field(default=16, ge=1, le=MOST_STEPS)

    @model_validator(mode="after")
    def _one_budget(self) -> TrainConfig:
        if (self.steps is None) == (self.minutes is None):
            raise ValueError("give either steps or minutes")
        return self


class RunConfig(_Table):
    """A whole run. ``model``: arguments of `structured_sudoku`, with ``symbols`` of `structured_grid`, with
    ``kind = "maze"`` of `structured_maze`, or with a ``task`` a full ``hrm.config``."""

    model: dict[str, Any] = {}
    data: DataConfig
    search: SearchConfig = SearchConfig()
    train: TrainConfig

    def hrm(self) -> HRMConfig:
        """Config of the model to train."""
        if "task" in self.model:
            return HRMConfig.parse(self.model)
        if self.model.keys() & {"name", "rows", "cols"} and not self.model.keys() & {"symbols", "kind"}:
            raise HrmEdgeError("config", "symbols: missing: every character of a board")  # no Sudoku was meant
        family, arguments = structured_grid if "symbols" in self.model else structured_sudoku, dict(self.model)
        if "kind" in arguments:
            if (kind := arguments.pop("kind")) != "maze":
                raise HrmEdgeError("config", f"kind: {kind!r}: mazes have the kind 'maze', other puzzles none")
            family = structured_maze
        known = dict.fromkeys([*signature(family).parameters, *HRMConfig.model_fields])
        del known["overrides"], known["task"]  # not keys, and not of these short forms
        for name in sorted(arguments.keys() - known):
            raise HrmEdgeError("config", f"{name}: {no_such_key(known)}")
        for name in ("rows", "cols", "box_rows", "box_cols", "hidden_size", "num_heads", "intermediate_size"):
            if type(arguments.get(name, 1)) is not int:
                raise HrmEdgeError("config", f"{name}: not a whole number: {arguments[name]!r}")
        for name in ("name", "symbols"):
            if not isinstance(arguments.get(name, ""), str):
                raise HrmEdgeError("config", f"{name}: not a text: {arguments[name]!r}")
        # The commands take these for the tasks of the shipped weights, which have rules.
        if family is structured_grid and arguments.get("name") in ("sudoku", "maze"):
            raise HrmEdgeError("config", f"name: {arguments['name']!r} is the task of other weights: give it another")
        try:
            return family(**arguments)
        except TypeError as error:  # an argument too many, or one that is missing
            raise HrmEdgeError("config", str(error).partition(" ")[2]) from error
        except ValidationError as error:  # of the task alone
            raise HrmEdgeError("config", first_fault(error)) from error


def read_run(path: Path, changes: dict[str, Any] | None = None, folder: Path | None = None) -> RunConfig:
    """Reads a TOML file; ``changes`` are values of its ``train`` table that flags override, ``folder`` is where its
    relative data paths start (default: beside the TOML file).

    Raises:
        HrmEdgeError: code ``config``, naming the key.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise HrmEdgeError("config", f"{path}: {error}") from error
    for name in sorted(raw.keys() - RunConfig.model_fields.keys()):
        known = ", ".join(f"[{table}]" for table in RunConfig.model_fields)
        raise HrmEdgeError("config", f"{path}: {name}: none of the tables {known}")
    changes = {k: v for k, v in (changes or {}).items() if v is not None}
    if "train" not in raw and not changes.keys() & {"steps", "minutes"}:
        raise HrmEdgeError("config", f"{path}: [train]: missing")
    train = raw.setdefault("train", {})
    if isinstance(train, dict):  # what is no table is refused below
        if "steps" in changes or "minutes" in changes:  # a budget replaces the other kind
            train.pop("steps", None)
            train.pop("minutes", None)
        train |= changes
    try:
        run = RunConfig.model_validate(raw)
    except ValidationError as error:
        raise HrmEdgeError("config", f"{path}: {first_fault(error, RunConfig)}") from error
    try:
        run.hrm()
    except HrmEdgeError as error:
        # The short forms have no table `task`: its keys are theirs.
        what = str(error) if "task" in run.model else str(error).removeprefix("task.")
        raise HrmEdgeError("config", f"{path}: model: {what}") from error
    base = folder or path.parent
    there = {k: [base / p for p in getattr(run.data, k)] for k in ("train", "holdout")}
    if run.data.like is not None:
        there |= {"like": base / run.data.like}
    return run.model_copy(update={"data": run.data.model_copy(update=there)})

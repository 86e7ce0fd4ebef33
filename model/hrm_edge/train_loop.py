"""A run from its beginning, or where it stopped, to the end of its budget: it updates, saves, evaluates and reports."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from tqdm import tqdm

from .train import Trainer
from .train_eval import curve_of
from .train_metrics import Sums, append_line
from .train_world import signals_to_stop

LOG_MINUTES = 1 / 3


def run_trainer(trainer: Trainer, stop: Callable[[], bool] | None = None) -> None:
    """Updates until the budget is spent, ``stop()`` is true, or SIGTERM/SIGINT; saves on the way out.

    Several processes follow the clock of rank 0 and stop after the same update, whichever of them is asked to.

    Raises:
        NotFiniteError: the checkpoint is from before.
        HrmEdgeError: code ``file`` if its folder cannot be written; an earlier checkpoint stays.
    """
    trainer.save()  # a folder that cannot be written ends the run now, and not after the first minutes
    began = time.monotonic() - trainer.seconds
    marks = dict.fromkeys(("save", "eval", "log"), trainer.seconds)
    sums = Sums()
    layout = "{l_bar}{bar}| {elapsed}<{remaining}{postfix}"
    silent = trainer.world.rank > 0 or trainer.progress >= 1

    def is_over() -> bool:
        """Takes the time. The same on every process, or one would wait for the others' gradients for ever."""
        said = trainer.world.share(time.monotonic() - began, bool(asked) or bool(stop and stop()))
        trainer.seconds = said[0][0]
        return trainer.progress >= 1 or any(halt for _, halt in said)

    def is_due(what: str, minutes: float) -> bool:
        return trainer.seconds - marks[what] > 60 * minutes

    with signals_to_stop() as asked, tqdm(total=100, disable=silent, bar_format=layout) as bar:
        over = is_over()
        while not over:
            sums.add(trainer.update())
            over = is_over()
            if sums.n and is_due("log", LOG_MINUTES):
                _log(trainer, sums, trainer.seconds - marks["log"], bar)
                sums, marks["log"] = Sums(), trainer.seconds
            if is_due("save", trainer.options.save_minutes):
                trainer.save()
                marks["save"] = trainer.seconds
            if is_due("eval", trainer.options.eval_minutes):
                _evaluate(trainer)
                over = is_over()
                marks["eval"] = trainer.seconds
        if sums.n:
            _log(trainer, sums, max(1e-9, trainer.seconds - marks["log"]), bar)
        trainer.save()
        _evaluate(trainer)


def _log(trainer: Trainer, sums: Sums, seconds: float, bar: tqdm) -> None:
    board_steps = sums.n * trainer.options.batch * trainer.options.window * trainer.world.size
    line = {
        "step": trainer.step,
        "minutes": round(trainer.seconds / 60, 2),
        "lr": trainer.rate(),
        **sums.line(),
        "board_steps_per_second": round(board_steps / seconds, 1),
    }
    bar.set_postfix(loss=line["loss"], raw=line["raw_16"], rate=line["board_steps_per_second"])
    bar.update(100 * trainer.progress - bar.n)
    _write(trainer, line)


def _evaluate(trainer: Trainer) -> None:
    if trainer.holdout is None or trainer.options.eval_rows == 0 or trainer.world.rank > 0:
        return
    curve = curve_of(trainer.average, trainer.task, trainer.holdout, trainer.options)
    _write(trainer, {"step": trainer.step, "minutes": round(trainer.seconds / 60, 2), "holdout": curve})


def _write(trainer: Trainer, line: dict[str, Any]) -> None:
    if trainer.world.rank == 0:
        append_line(trainer.folder / "metrics.jsonl", line)

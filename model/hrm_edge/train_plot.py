"""Curves as PNG files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from .files import write_atomic
from .train_metrics import read_metrics

mpl.use("Agg")


def _save(figure: Figure, path: Path) -> None:
    write_atomic(path, lambda to: figure.savefig(to, format="png", dpi=120))


def plot_training(metrics: Path, out: Path) -> None:
    """Loss, and accuracy on held-out boards, against updates."""
    lines = read_metrics(metrics)
    figure = Figure(figsize=(9, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    losses = [line for line in lines if "loss" in line]
    for name in ("loss", "entropy"):
        left.plot([x["step"] for x in losses], [x[name] for x in losses], label=name)
    left.set(xlabel="updates", yscale="log")
    left.legend()
    held = [line for line in lines if "holdout" in line]
    for steps in held[-1]["holdout"] if held else ():
        shares = [x["holdout"].get(steps) for x in held]
        right.plot([x["step"] for x in held], shares, marker="o", label=f"{steps} steps")
    right.set(xlabel="updates", ylabel="held-out boards solved", ylim=(0, 1))
    if held:
        right.legend(title="ACT steps")
    _save(figure, out)


def plot_curve(report: dict[str, Any], out: Path) -> None:
    """Accuracy against ACT steps of an `evaluate.report`."""
    figure = Figure(figsize=(5, 4), layout="constrained")
    axes = figure.subplots()
    for name in ("float32", "int8"):
        if name in report:
            rows = report[name]
            axes.plot([x["steps"] for x in rows], [x["exact"] for x in rows], marker="o", label=name)
    axes.set(xlabel="ACT steps", ylabel="boards solved", ylim=(0, 1))
    axes.set_title(f"{report['data']}, {report['n']} boards", parse_math=False)  # a name may have two $
    axes.set_xscale("log", base=2)
    axes.legend()
    _save(figure, out)

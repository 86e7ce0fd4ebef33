"""``hrm-model``: commands that make one model file of another, and golden vectors; the others in ``train_cli``."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from .card import ModelCard
from .checkpoint import load_checkpoint, load_dict, save_checkpoint, trained
from .config import TaskConfig
from .convert import OFFICIAL_TASKS, convert_lab, convert_official
from .errors import HrmEdgeError, first_fault
from .export import export_weights
from .golden import GOLDEN, WEIGHTS, write_golden
from .onnx_linear import Precision
from .train_cli import register
from .weights_file import read_weights
from .widen import widen as widen_state

app = typer.Typer(name="hrm-model", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
register(app)


class Family(StrEnum):
    """Where a foreign checkpoint comes from."""

    official = "official"
    lab = "lab"


@app.command()
def export(
    checkpoint: Annotated[Path, typer.Argument(help="checkpoint of `train` or `convert`")],
    out: Annotated[Path, typer.Argument(help="weights file to write")],
    card: Annotated[Path, typer.Option(help="model card, JSON (docs/format.md, hrm.card)")],
    h_cycles: Annotated[
        int | None, typer.Option(min=1, max=32, help="H cycles of an ACT step; default: as many as in training")
    ] = None,
    keep_card: Annotated[
        bool, typer.Option("--keep-card", help="the card's steps, hours and scores are of this very model: keep them")
    ] = False,
) -> None:
    """Quantise a checkpoint to int8 and write the weights file; prints the worst error of every matrix.

    Without --keep-card a checkpoint of `train` puts its own updates and hours in the card, and leaves out its scores,
    which are another model's. All else in the card stays, and other checkpoints leave it as it is.

    An ACT step may think longer in the file than in training: the carry goes on unchanged from step to step, so one
    step of 4 cycles computes what two of 2 do, and only the readings in between are left out.
    """
    config, state = load_checkpoint(checkpoint)
    if h_cycles is not None:
        config = config.model_copy(update={"H_cycles": h_cycles})
    written = ModelCard.read(card)
    if not keep_card and (own := trained(checkpoint)) is not None:
        written = written.model_copy(update=own | {"scores": None})
    report = export_weights(state, config, written, out)
    typer.echo("\n".join(report.lines()))


@app.command()
def convert(
    source: Annotated[Path, typer.Argument(help="foreign checkpoint, loaded as plain data only")],
    out: Annotated[Path, typer.Argument(help="checkpoint to write, for `export`")],
    family: Annotated[Family, typer.Option(help="official: sapientinc/HRM state dict; lab: starter experiment")],
    task: Annotated[str, typer.Option(help="sudoku, maze, or a JSON file (docs/format.md, task); official only")] = (
        "sudoku"
    ),
    num_heads: Annotated[int, typer.Option(min=1, help="official only")] = 8,
    h_cycles: Annotated[int, typer.Option(min=1, help="official only")] = 2,
    l_cycles: Annotated[int, typer.Option(min=1, help="official only")] = 2,
    rope_theta: Annotated[float, typer.Option(help="official only")] = 10000.0,
    puzzle_rows: Annotated[
        int | None, typer.Option(min=1, help="keep the first rows of the puzzle embedding only")
    ] = None,
    halt_max_steps: Annotated[int, typer.Option(min=1, help="ACT steps of a whole attempt")] = 16,
) -> None:
    """Turn an official HRM checkpoint, or a starter one, into ours."""
    loaded = load_dict(source)
    if family is Family.lab:
        config, state = convert_lab(loaded, halt_max_steps=halt_max_steps)
    else:
        config, state = convert_official(
            loaded,
            read_task(task),
            num_heads=num_heads,
            H_cycles=h_cycles,
            L_cycles=l_cycles,
            rope_theta=rope_theta,
            puzzle_rows=puzzle_rows,
            halt_max_steps=halt_max_steps,
        )
    save_checkpoint(out, config, state)
    typer.echo(f"{out}: {sum(t.numel() for t in state.values()):,} numbers, {config.to_json()}")


@app.command()
def widen(
    checkpoint: Annotated[Path, typer.Argument(help="checkpoint or weights file")],
    out: Annotated[Path, typer.Argument(help="checkpoint to write, for `train --start`")],
    seed: Annotated[int, typer.Option(min=-(2**63), max=2**63 - 1, help="the same split of the weights again")] = 0,
) -> None:
    """Make a model of twice the width that computes the same, to train on from."""
    config, state = widen_state(*load_checkpoint(checkpoint), seed)
    save_checkpoint(out, config, state)
    typer.echo(f"{out}: {sum(t.numel() for t in state.values()):,} numbers, {config.to_json()}")


@app.command()
def onnx(
    weights: Annotated[Path, typer.Argument(help="weights file of `export`")],
    out: Annotated[Path, typer.Argument(help="ONNX file to write")],
    precision: Annotated[Precision, typer.Option(help="of the matrices; int8 and int4 are MatMulNBits")] = "fp32",
) -> None:
    """Write one ACT step as an ONNX model, for other runtimes: tokens and carry in, carry, logits and q out."""
    # onnx takes a while to import, which the other commands need not wait for.
    from .onnx_export import export_onnx

    size = export_onnx(read_weights(weights), out, precision)
    typer.echo(f"{out}: {size:,} bytes, {precision}")


@app.command()
def golden(
    folder: Annotated[Path, typer.Argument(help="where to write")] = GOLDEN,
    weights: Annotated[Path, typer.Option(help="folder of the shipped weights files")] = WEIGHTS,
) -> None:
    """Write the golden vectors that every engine must reproduce; run again whenever the shipped weights change."""
    for path in write_golden(folder, weights):
        typer.echo(f"{path}: {path.stat().st_size:,} bytes")


def read_task(name: str) -> TaskConfig:
    """A task by name, or from a JSON file. Raises HrmEdgeError, code ``config``."""
    if name in OFFICIAL_TASKS:
        return OFFICIAL_TASKS[name]
    try:
        return TaskConfig.model_validate_json(Path(name).read_text(encoding="utf-8-sig"))
    except ValidationError as error:
        raise HrmEdgeError("config", f"{name}: {first_fault(error)}") from error
    except UnicodeDecodeError as error:
        raise HrmEdgeError("config", f"{name}: {error}") from error
    except (OSError, ValueError) as error:
        raise HrmEdgeError("config", f"task {name!r} is neither {', '.join(OFFICIAL_TASKS)} nor a task file") from error


def main() -> None:
    """Entry point: what the caller got wrong is one line on stderr and exit code 2."""
    try:
        app()
    except HrmEdgeError as error:
        typer.echo(f"hrm-model: {error}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()

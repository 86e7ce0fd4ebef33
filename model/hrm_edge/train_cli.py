"""``hrm-model`` commands around training: train and evaluate, and the makers of boards, generate and mazes."""

from __future__ import annotations

import csv
import gzip
import io
import json
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, BinaryIO

import typer
from torch import Tensor
from tqdm import tqdm

from .checkpoint import load_checkpoint
from .config import MAZE_SYMBOLS, SUDOKU_SYMBOLS, sudoku_task
from .errors import HrmEdgeError
from .evaluate import STEPS, report
from .files import write_atomic
from .generate import BUDGET, make
from .mazes import BENCHMARK_WALLS, TRIES, make_mazes, usual_moves
from .tasks import Task
from .train import NotFiniteError
from .train_choice import trainer_for
from .train_config import read_run
from .train_data import prepare
from .train_loop import run_trainer
from .train_memory import named_shortage
from .train_plot import plot_curve, plot_training
from .train_state import barred
from .train_world import World

Seed = Annotated[int | None, typer.Option(help="default: the config's")]


def register(app: typer.Typer) -> None:
    """Adds the commands of this file."""
    for command in (train, evaluate, generate, mazes):
        app.command()(command)


def train(
    config: Annotated[Path, typer.Argument(help="TOML file, see configs/")],
    out: Annotated[Path, typer.Option(help="folder of the run; a run that is there goes on where it stopped")],
    data: Annotated[Path | None, typer.Option(help="folder of the config's data files; default: the config's")] = None,
    start: Annotated[Path | None, typer.Option(help="checkpoint or weights file to start from")] = None,
    minutes: Annotated[float | None, typer.Option(help="budget in minutes")] = None,
    steps: Annotated[int | None, typer.Option(help="budget in updates")] = None,
    batch: Annotated[int | None, typer.Option(help="boards of an update, each process")] = None,
    lr: Annotated[float | None, typer.Option(help="highest learning rate")] = None,
    threads: Annotated[int | None, typer.Option(help="CPU threads, each process")] = None,
    device: Annotated[str | None, typer.Option(help="cpu, cuda (of each process its own), cuda:1")] = None,
    dtype: Annotated[str | None, typer.Option(help="float32 or bfloat16")] = None,
    seed: Seed = None,
) -> None:
    """Train a model. Stops cleanly on Ctrl-C or SIGTERM; the same command goes on. Starts under torchrun too."""
    changes = {
        "minutes": minutes, "steps": steps, "batch": batch, "lr": lr, "threads": threads, "device": device,
        "dtype": dtype, "seed": seed,
    }  # fmt: skip
    run = read_run(config, changes, data)
    model = run.hrm()
    task = Task(model)
    boards, holdout = prepare(run.data, task)
    weights = None
    if start is not None:
        of, weights = load_checkpoint(start)
        if (difference := barred(of, model)) is not None:
            raise HrmEdgeError("checkpoint", f"{start}: its model is not the config's: {difference}")
    world = World.join(run.train.device)
    with named_shortage():
        trainer = trainer_for(run, world).open(run, boards, holdout, out, weights, world)
    if world.rank == 0:
        held = 0 if holdout is None else len(holdout)
        if start is not None and trainer.step > 0:
            typer.echo(f"hrm-model: {start} is not read: {out} holds a run, which goes on", err=True)
        typer.echo(
            f"{len(boards):,} boards, {held:,} held out, {world.size} process(es), {trainer.how}, step {trainer.step}"
        )
        if trainer.progress >= 1:
            budget = "minutes" if run.train.steps is None else "steps"
            typer.echo(f"this run is done; a larger --{budget} goes on with it")
    try:
        with named_shortage():
            run_trainer(trainer)
    except NotFiniteError as error:
        typer.echo(f"hrm-model: stopped, not finite: {error}; {trainer.checkpoint} is from before", err=True)
        raise typer.Exit(1) from error
    if world.rank == 0:
        if trainer.progress >= 1 and trainer.step < run.train.warmup:
            what = f"warmup is {run.train.warmup} updates, the run had {trainer.step}"
            typer.echo(f"hrm-model: the learning rate never reached {run.train.lr}: {what}", err=True)
        plot_training(out / "metrics.jsonl", out / "training.png")


def evaluate(
    checkpoint: Annotated[Path, typer.Argument(help="checkpoint of `train`")],
    data: Annotated[Path, typer.Option(help="CSV or CSV.gz with question and answer")],
    out: Annotated[Path, typer.Option(help="JSON file to write; a plot of the same name beside it")],
    limit: Annotated[int | None, typer.Option(min=1, help="first rows only")] = None,
    skip: Annotated[int, typer.Option(min=0, help="rows to leave out first")] = 0,
    most: Annotated[int, typer.Option(min=1, help="ACT steps at most")] = STEPS[-1],
    quantised: Annotated[bool, typer.Option(help="the int8 twin too, bit for bit what the engines do: slow")] = True,
) -> None:
    """Accuracy after 1, 2, 4, ... 1024 ACT steps, float and int8 side by side."""
    if out.suffix.lower() == ".png":
        raise HrmEdgeError("file", f"--out {out}: the plot beside the JSON file would have its name")
    found = report(checkpoint, data, limit=limit, skip=skip, most=most, quantised=quantised)
    text = json.dumps(found, indent=2) + "\n"
    write_atomic(out, lambda to: to.write_text(text, encoding="utf-8"))
    plot_curve(found, out.with_suffix(".png"))
    typer.echo(text, nl=False)


def generate(
    count: Annotated[int, typer.Argument(min=1, help="boards")],
    out: Annotated[Path, typer.Argument(help="CSV or CSV.gz to write: question,answer,guesses")],
    seed: Annotated[int, typer.Option(min=-(2**63), max=2**63 - 1, help="the same boards again")] = 0,
    box: Annotated[str, typer.Option(help="rows x columns of a box: 3x3, 2x3, 4x4")] = "3x3",
    givens: Annotated[int, typer.Option(min=0, help="stop taking givens away here; 0: take all that can be taken")] = 0,
    least: Annotated[int, typer.Option(min=0, max=BUDGET, help="guesses that a singles solver needs, at least")] = 0,
    greatest: Annotated[
        int, typer.Option(min=0, max=BUDGET, help="and at most; 0: boards that singles solve")
    ] = BUDGET,
) -> None:
    """Make Sudoku boards with one solution, graded by the guesses that a solver with singles needs."""
    try:
        box_rows, box_cols = (int(side) for side in box.split("x"))
        task = sudoku_task(box_rows, box_cols)
    except ValueError as error:
        raise HrmEdgeError("config", f"--box {box}: not rows x columns, at most 25 symbols") from error
    with tqdm(total=count, unit=" boards") as bar:

        def show(there: int, grids: int) -> None:
            bar.set_postfix_str(f"{grids:,} grids", refresh=False)
            bar.update(there - bar.n)

        made = make(count, task, seed, givens=givens, guesses=(least, greatest), on_progress=show)
    _write_rows(out, "." + SUDOKU_SYMBOLS, ("question", "answer", "guesses"), made)
    mean = made.guesses.float().mean()
    typer.echo(
        f"{out}: {count:,} boards, {(made.questions > 0).sum() / count:.1f} givens, {mean:.1f} guesses on average"
    )


def mazes(
    count: Annotated[int, typer.Argument(min=1, help="mazes")],
    out: Annotated[Path, typer.Argument(help="CSV or CSV.gz to write: question,answer,moves")],
    seed: Annotated[int, typer.Option(min=0, max=2**63 - 1, help="the same mazes again")] = 0,
    size: Annotated[str, typer.Option(help="rows x columns")] = "30x30",
    least: Annotated[
        int | None,
        typer.Option(min=1, help="moves of the shortest way, at least; default: 109 at 30x30, else rows + columns - 2"),
    ] = None,
    walls: Annotated[tuple[float, float], typer.Option(help="share of walls of a maze, from and to")] = BENCHMARK_WALLS,
    loops: Annotated[
        tuple[float, float] | None, typer.Option(help="cut passages, and open this share of walls, from and to")
    ] = None,
) -> None:
    """Make mazes of the kind of Maze-Hard, or others, answers drawn as its labels are."""
    try:
        rows, cols = (int(side) for side in size.split("x"))
    except ValueError as error:
        raise HrmEdgeError("config", f"--size {size}: not rows x columns") from error
    least = usual_moves(rows, cols) if least is None else least
    with tqdm(total=count, unit=" mazes") as bar:

        def show(there: int, failed: int) -> None:
            bar.set_postfix_str(f"{failed:,} of {TRIES:,} tries in a row" if failed else "", refresh=False)
            bar.update(there - bar.n)

        made = make_mazes(count, rows, cols, least=least, walls=walls, loops=loops, seed=seed, on_progress=show)
    # A square one needs no line breaks: its shape is known from its length.
    _write_rows(out, " " + MAZE_SYMBOLS, ("question", "answer", "moves"), made, None if rows == cols else cols)
    typer.echo(f"{out}: {count:,} mazes, {made.moves.float().mean():.1f} moves on average")


def _write_rows(
    out: Path, signs: str, columns: tuple[str, ...], made: tuple[Tensor, Tensor, Tensor], width: int | None = None
) -> None:
    """Boards as a CSV: questions and answers ``[n, cells]``, written by ``signs``, and a number of each.

    With a ``width`` every row of a board stands in a line of its own.
    """

    def drawn(board: bytes) -> str:
        text = board.translate(table).decode()
        return text if width is None else "\n".join(text[i : i + width] for i in range(0, len(text), width))

    table = signs.encode().ljust(256)

    def save(to: Path) -> None:
        # Without a time stamp or a name: the same call writes the same bytes.
        with ExitStack() as stack:
            file: BinaryIO = stack.enter_context(to.open("wb"))
            if out.suffix == ".gz":
                file = stack.enter_context(gzip.GzipFile("", "wb", fileobj=file, mtime=0))
            text = stack.enter_context(io.TextIOWrapper(file, encoding="utf-8", newline=""))
            rows = csv.writer(text, lineterminator="\n")
            rows.writerow(columns)
            for question, answer, number in zip(*made, strict=True):
                rows.writerow((drawn(question.numpy().tobytes()), drawn(answer.numpy().tobytes()), int(number)))

    write_atomic(out, save)

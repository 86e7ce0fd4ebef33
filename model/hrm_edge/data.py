"""Question/answer boards from CSV files, checked before anything else happens."""

from __future__ import annotations

import csv
import gzip
import hashlib
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from .errors import HrmEdgeError
from .tasks import Task


@dataclass(frozen=True)
class Boards:
    """``questions`` and ``answers [n, cells]`` uint8: symbols 1-based, 0 blank. ``sources``: file of each row."""

    questions: Tensor
    answers: Tensor
    sources: list[str]

    def __len__(self) -> int:
        return len(self.questions)

    def digest(self) -> str:
        """SHA-256 of questions and answers, in order."""
        return hashlib.sha256(self.questions.numpy().tobytes() + self.answers.numpy().tobytes()).hexdigest()

    def take(self, rows: Tensor) -> Boards:
        """The boards of ``rows`` (int64 indices)."""
        return Boards(self.questions[rows], self.answers[rows], [self.sources[i] for i in rows.tolist()])


def _lines(path: Path) -> Iterator[str]:
    """Lines of a text file or a compressed one (``.gz``), with their ends."""
    try:
        raw = path.open("rb")
    except OSError as error:
        raise HrmEdgeError("data", f"{path}: {error.strerror}") from error
    number = 1
    try:
        with ExitStack() as stack:
            file = stack.enter_context(raw)
            if path.suffix == ".gz":
                file = stack.enter_context(gzip.GzipFile(fileobj=file))
            # Decoded one by one: a text reader decodes blocks, and cannot say which line of one is wrong.
            for line in file:
                yield line.decode("utf-8-sig" if number == 1 else "utf-8")
                number += 1
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise HrmEdgeError("data", f"{path}: line {number}: {error}") from error


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and row of a CSV or CSV.gz file with the columns ``question`` and ``answer``, without blank lines."""
    reader = csv.reader(_lines(path), strict=True)
    columns: list[str] | None = None
    while True:
        line = reader.line_num + 1  # where the row begins
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise HrmEdgeError("data", f"{path}: line {line}: {error}") from error
        if columns is None:
            columns = row or []
            missing = {"question", "answer"} - set(columns)
            if missing:
                raise HrmEdgeError("data", f"{path}: line 1: no column {', '.join(sorted(missing))}")
        elif row is None:
            return
        elif row:
            if len(row) != len(columns):
                raise HrmEdgeError("data", f"{path}: line {line}: not {len(columns)} columns")
            yield line, dict(zip(columns, row, strict=True))


def _keeps(task: Task, question: bytes, answer: bytes) -> bool:
    """Whether the answer of a puzzle with rules leaves standing what it has to."""
    asked = task.open_symbol
    return asked is None or all(q in (a, asked) for q, a in zip(question, answer, strict=True))


def read_boards(paths: list[Path], task: Task, limit: int | None = None) -> Boards:
    """Every board of the files, in order; at most ``limit`` of each file.

    Raises:
        HrmEdgeError: code ``data``, naming file and line, for a file that cannot be read, a missing column, a
            malformed row, an answer with blanks, or one that does not keep its question's givens or breaks a rule.
    """
    questions: list[bytes] = []
    answers: list[bytes] = []
    places: list[tuple[Path, int]] = []
    value = {s: i + 1 for i, s in enumerate(task.symbols)} | ({".": 0, "0": 0} if task.is_sudoku else {})
    for path in paths:
        for n, (line, row) in enumerate(_rows(path)):
            if n == limit:
                break
            board = {}
            for column in ("question", "answer"):
                text = row[column]
                try:
                    board[column] = bytes(value[s] for s in text)
                except KeyError as error:
                    raise HrmEdgeError("data", f"{path}: line {line}: {column} has the symbol {error}") from None
                if len(text) != task.task.cells:
                    raise HrmEdgeError(
                        "data", f"{path}: line {line}: {column} has {len(text)} cells, not {task.task.cells}"
                    )
            if 0 in board["answer"]:
                raise HrmEdgeError("data", f"{path}: line {line}: the answer has blanks")
            if not _keeps(task, board["question"], board["answer"]):
                raise HrmEdgeError("data", f"{path}: line {line}: the answer does not keep the givens")
            questions.append(board["question"])
            answers.append(board["answer"])
            places.append((path, line))
    if not questions:
        raise HrmEdgeError("data", f"no boards in {', '.join(map(str, paths)) or 'an empty list of files'}")

    def stack(rows: list[bytes]) -> Tensor:
        return torch.frombuffer(bytearray(b"".join(rows)), dtype=torch.uint8).view(len(rows), task.task.cells)

    boards = Boards(stack(questions), stack(answers), [path.name for path, _ in places])
    if task.is_sudoku:
        for part in torch.arange(len(boards)).split(65536):
            bad = ~task.solved(boards.answers[part], boards.questions[part])
            if bad.any():
                path, line = places[int(part[bad][0])]
                raise HrmEdgeError("data", f"{path}: line {line}: the answer breaks a rule")
    return boards

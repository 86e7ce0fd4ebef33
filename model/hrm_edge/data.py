"""Question/answer boards from CSV files, checked before anything else happens."""

from __future__ import annotations

import csv
import gzip
import hashlib
import re
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from .errors import HrmEdgeError
from .maze_rules import maze_faults
from .tasks import Task

GZIP_MAGIC = b"\x1f\x8b"
# Most characters of a row, as `hrm eval` reads them: a longer one is a quote that was never closed, or no CSV at all.
MAX_RECORD = 1 << 20
# Fields with quotes around all of them, or with none: Python's reader takes a quote in the middle for itself.
RECORD = re.compile(r'(?:(?:"(?:[^"]|"")*"|[^",]*)(?:,|\r?\n?$))*')
# What a column may be named, in any case; as `hrm eval` reads them.
COLUMNS = {"question": ("question", "puzzle", "board"), "answer": ("answer", "solution")}


@dataclass(frozen=True)
class Boards:
    """``questions`` and ``answers [n, cells]`` uint8: symbols 1-based, 0 blank. ``sources``: file of each row."""

    questions: Tensor
    answers: Tensor
    sources: list[Path]

    def __len__(self) -> int:
        return len(self.questions)

    def digest(self) -> str:
        """SHA-256 of questions and answers, in order."""
        return hashlib.sha256(self.questions.numpy().tobytes() + self.answers.numpy().tobytes()).hexdigest()

    def take(self, rows: Tensor) -> Boards:
        """The boards of ``rows`` (int64 indices)."""
        return Boards(self.questions[rows], self.answers[rows], [self.sources[i] for i in rows.tolist()])


def _lines(path: Path) -> Iterator[str]:
    """Lines of a text file, gunzipped where its first bytes say gzip, whatever its name, with their ends.

    Raises:
        HrmEdgeError: code ``data``, naming file and line, also for a line that no row can have.
    """
    most = 4 * MAX_RECORD  # a character has at most four bytes
    try:
        raw = path.open("rb")
    except OSError as error:
        raise HrmEdgeError("data", f"{path}: {error.strerror}") from error
    number = 1
    try:
        with ExitStack() as stack:
            file = stack.enter_context(raw)
            if raw.peek(2).startswith(GZIP_MAGIC):
                file = stack.enter_context(gzip.GzipFile(fileobj=file))
            # Decoded one by one: a text reader decodes blocks, and cannot say which line of one is wrong.
            # As much at a time as a row may have: of a few bytes of gzip a line can be as long as it likes.
            while line := file.readline(most + 1):
                if len(line) > most:
                    raise _too_long(path, number)
                yield line.decode("utf-8-sig" if number == 1 else "utf-8")
                number += 1
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise HrmEdgeError("data", f"{path}: line {number}: {error}") from error


def _too_long(path: Path, line: int) -> HrmEdgeError:
    return HrmEdgeError("data", f"{path}: line {line}: a row of more than {MAX_RECORD} characters")


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number, ``question`` and ``answer`` of each row of a CSV file, gzipped or not, without blank lines."""

    def noted() -> Iterator[str]:
        nonlocal record
        for text in _lines(path):
            record += text
            if len(record) > MAX_RECORD:
                raise _too_long(path, line)
            yield text

    csv.field_size_limit(MAX_RECORD)  # the default is less than a row may have
    reader = csv.reader(noted(), strict=True)
    columns: dict[str, int] | None = None
    width = 0
    while True:
        record = ""
        line = reader.line_num + 1  # where the row begins
        try:
            row = next(reader, None)
        except csv.Error as error:
            # Python advises to open the file in another way.
            lone = "new-line character" in str(error)
            what = "a carriage return that no line feed follows" if lone else error
            raise HrmEdgeError("data", f"{path}: line {line}: {what}") from error
        if '"' in record and not RECORD.fullmatch(record):
            raise HrmEdgeError("data", f"{path}: line {line}: a quote inside an unquoted field")
        if row == []:
            continue
        if row is None:
            if columns is None:
                raise HrmEdgeError("data", f"{path}: the file is empty")
            return
        if columns is None:
            columns, width = _columns(row, f"{path}: line {line}"), len(row)
        elif len(row) != width:
            raise HrmEdgeError("data", f"{path}: line {line}: not {width} columns")
        else:
            yield line, {what: row[at] for what, at in columns.items()}


def _columns(header: list[str], where: str) -> dict[str, int]:
    """Which column holds what of `COLUMNS`."""
    names = [name.strip().lower() for name in header]
    found = {}
    for what, known in COLUMNS.items():
        at = [i for i, name in enumerate(names) if name in known]
        if not at:
            raise HrmEdgeError("data", f"{where}: no column named {' or '.join(known)}{_instead(header)}")
        if len(at) > 1:  # which one is meant is not known
            raise HrmEdgeError("data", f"{where}: {len(at)} columns for the {what}: {', '.join(names[i] for i in at)}")
        found[what] = at[0]
    return found


def _instead(header: list[str]) -> str:
    """What stands where the names of columns should, in words."""
    text = ",".join(header)
    separated = len(header) == 1 and (";" in text or "\t" in text)
    read = f"{text[:80]!r}..." if len(text) > 80 else repr(text)
    return f" in {read}" + (": columns are separated by commas" if separated else "")


def _faults(task: Task, questions: Tensor, answers: Tensor) -> list[tuple[str, Tensor]]:
    """Each breach of the puzzle's rules in words, and ``[B]`` bool, which boards commit it."""
    if task.is_maze:
        return maze_faults(questions, answers, task.task.cols)
    if task.is_sudoku:
        moved = task.kept(questions) & (answers != questions)
        return [
            ("the answer does not keep the givens", moved.any(1)),
            ("the answer breaks a rule", ~task.solved(answers, questions)),
        ]
    return []


def read_boards(paths: list[Path], task: Task, limit: int | None = None) -> Boards:
    """Every board of the files, in order; at most ``limit`` of each file.

    Raises:
        HrmEdgeError: code ``data``, naming file and line, for a file that cannot be read, a missing column, a
            malformed row, a board that breaks a rule of its puzzle, or, where no rules are known, a question that had
            another answer before.
    """
    questions: list[bytes] = []
    answers: list[bytes] = []
    places: list[tuple[Path, int]] = []
    # By question. With rules an answer is checked by them, and several may be right.
    earlier: dict[bytes, int] | None = None if task.is_sudoku or task.is_maze else {}
    for path in paths:
        for n, (line, row) in enumerate(_rows(path)):
            if n == limit:
                break
            try:
                question, answer = (task.parse(row[column], column) for column in COLUMNS)
                if 0 in answer:
                    raise HrmEdgeError("data", "the answer has blanks")
                if earlier is not None:
                    before = earlier.setdefault(question, len(answers))
                    if before < len(answers) and answers[before] != answer:
                        file, at = places[before]
                        where = f"line {at}" if file == path else f"line {at} of {file}"
                        raise HrmEdgeError("data", f"the question of {where} with another answer")
            except HrmEdgeError as error:
                raise HrmEdgeError("data", f"{path}: line {line}: {error}") from None
            questions.append(question)
            answers.append(answer)
            places.append((path, line))
    if not questions:
        raise HrmEdgeError("data", f"no boards in {', '.join(map(str, paths)) or 'an empty list of files'}")

    def stack(rows: list[bytes]) -> Tensor:
        return torch.frombuffer(bytearray(b"".join(rows)), dtype=torch.uint8).view(len(rows), task.task.cells)

    boards = Boards(stack(questions), stack(answers), [path for path, _ in places])
    for part in torch.arange(len(boards)).split(4096):
        faults = _faults(task, boards.questions[part], boards.answers[part])
        bad = [int(part[which][0]) if which.any() else len(boards) for _, which in faults]
        if bad and (first := min(bad)) < len(boards):
            path, line = places[first]
            raise HrmEdgeError("data", f"{path}: line {line}: {faults[bad.index(first)][0]}")
    return boards

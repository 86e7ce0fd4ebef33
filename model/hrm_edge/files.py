"""Files written whole, or not at all, with an error that names them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import HrmEdgeError


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """What goes wrong while ``path`` is written is an HrmEdgeError, code ``file``, that names it."""
    try:
        yield
    except (OSError, RuntimeError) as error:  # torch.save writes through C++ and raises RuntimeError on a full disk
        raise HrmEdgeError("file", f"{path}: cannot be written: {str(error).partition(chr(10))[0]}") from error


def target(path: Path) -> Path:
    """The file that ``path`` is or will be, past its symbolic links.

    Raises:
        HrmEdgeError: code ``file`` for a folder, a device or a pipe: a file must not take its place.
    """
    with writing(path):
        real = path.resolve()
        if real.exists() and not real.is_file():
            raise HrmEdgeError("file", f"{path}: cannot be written: it is no regular file")
    return real


@contextmanager
def written_aside(path: Path, save) -> Iterator[Path]:
    """Calls ``save(temporary path)`` beside `target` ``path`` and flushes it to the disk; yields the temporary path, to
    be renamed. What is left there is removed.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        save(temporary)
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def write_atomic(path: Path, save) -> None:
    """Writes aside, then renames: ``path`` is always whole, old or new. Of a symbolic link the file is written.

    Raises:
        HrmEdgeError: code ``file``, for a full disk, a folder that cannot be written, or what is no regular file.
    """
    real = target(path)
    with writing(path):
        real.parent.mkdir(parents=True, exist_ok=True)
        with written_aside(real, save) as temporary:
            temporary.replace(real)


def sweep(path: Path) -> None:
    """Removes what killed runs left behind beside ``path``."""
    real = path.resolve()
    for left in real.parent.glob(f".{real.name}.*.tmp"):
        left.unlink(missing_ok=True)

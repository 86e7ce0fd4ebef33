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


def write_atomic(path: Path, save) -> None:
    """Calls ``save(temporary path)``, flushes it to the disk, then renames: ``path`` is always whole, old or new.

    Raises:
        HrmEdgeError: code ``file``, for a full disk or a folder that cannot be written.
    """
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        try:
            save(temporary)
            with temporary.open("rb") as file:
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)


def sweep(folder: Path, name: str) -> None:
    """Removes what killed runs left behind beside ``folder/name``."""
    for left in folder.glob(f".{name}.*.tmp"):
        left.unlink(missing_ok=True)

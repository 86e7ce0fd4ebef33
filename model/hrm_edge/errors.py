"""The error class of the package."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pydantic import BaseModel, ValidationError

ErrorCode = Literal[
    "config",  # a model or task configuration that docs/format.md does not allow
    "board",  # a board the task cannot read
    "checkpoint",  # a checkpoint that cannot be read or does not fit
    "weights",  # a weights file that is not what docs/format.md says
    "quantise",  # a tensor that cannot be stored: not finite, or out of bounds
    "onnx",  # a model that a precision of ONNX cannot hold
    "data",  # a data file with missing columns or malformed rows
    "file",  # a file that cannot be written
    "memory",  # a run that needs more than there is
]


class HrmEdgeError(ValueError):
    """Anything a caller can get wrong. ``code`` says which part; the message says what and where."""

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(message)
        self.code: ErrorCode = code


def no_such_key(known: Iterable[str]) -> str:
    """What is wrong with a key that is none of the known ones."""
    return f"no such key; there are {', '.join(known)}"


def first_fault(error: ValidationError, model: type[BaseModel] | None = None) -> str:
    """The first wrong key, and what is wrong with it.

    ``model`` is what the data was to be: with it, who misspelt a key is told those that there are.
    """
    first = error.errors()[0]
    what = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden" and model is not None:
        for key in first["loc"][:-1]:  # down to the table that the key stands in
            model = model.model_fields[str(key)].annotation
        what = no_such_key(model.model_fields)
    return ": ".join(filter(None, (".".join(map(str, first["loc"])), what)))

"""The error class of the package."""

from __future__ import annotations

from typing import Literal

from pydantic import ValidationError

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


def first_fault(error: ValidationError) -> str:
    """The first wrong key, and what is wrong with it."""
    first = error.errors()[0]
    return ": ".join(filter(None, (".".join(map(str, first["loc"])), first["msg"].removeprefix("Value error, "))))

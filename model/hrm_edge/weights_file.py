"""Reads and writes weights files (docs/format.md): safetensors with ``hrm.format``, ``hrm.config``, ``hrm.card``.

The container is written here and not by the safetensors library, which puts the metadata in a random order: the same
model must give the same bytes. Tests read it back with the library.
"""

from __future__ import annotations

import json
import math
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import torch
from pydantic import BaseModel
from torch import Tensor

from .card import ModelCard
from .config import HRMConfig, TaskConfig
from .errors import HrmEdgeError
from .files import write_atomic
from .json_object import read_object
from .layout import file_tensors, float_bounds, is_matrix, within_bounds
from .quantise import dequantise

FORMAT = "1"
# 64 KiB holds ten times the tensors of the official model; a longer header is an accident or an attack.
MAX_HEADER = 64 * 1024
# As much as anything that reads a file by its name takes (src/platform/download.ts).
MAX_FILE = 512 * 1024 * 1024
PIECE = 1024 * 1024
ENTRY_KEYS = {"dtype", "shape", "data_offsets"}
METADATA_KEYS = {"hrm.format", "hrm.config", "hrm.card"}

_DTYPES = {"F32": np.dtype("<f4"), "I32": np.dtype("<i4"), "I8": np.dtype("i1")}
_NAMES = {torch.float32: "F32", torch.int32: "I32", torch.int8: "I8"}


@dataclass(frozen=True)
class WeightsFile:
    """A weights file taken apart: ``tensors`` as stored, int8 matrices with ``X.weight_scale`` beside them."""

    config: HRMConfig
    card: ModelCard
    tensors: dict[str, Tensor]

    def float_state(self) -> dict[str, Tensor]:
        """The float state dict that the file stands for, loadable into `hrm_edge.hrm.HRM`."""
        state: dict[str, Tensor] = {}
        for name, tensor in self.tensors.items():
            if is_matrix(name):
                state[name] = dequantise(tensor, self.tensors[f"{name}_scale"])
            elif not name.endswith(".weight_scale"):
                state[name] = tensor
        return state


def pack_tensors(tensors: dict[str, Tensor], metadata: dict[str, str] | None = None) -> bytes:
    """A safetensors container (F32, I32 and I8 tensors, little-endian), in the order given.

    The header is padded with spaces to a multiple of 8 bytes. Equal input gives equal bytes.
    """
    header: dict[str, Any] = {"__metadata__": metadata} if metadata else {}
    chunks: list[bytes] = []
    at = 0
    for name, tensor in tensors.items():
        kind = _NAMES[tensor.dtype]
        data = tensor.detach().cpu().contiguous().numpy().astype(_DTYPES[kind], copy=False).tobytes()
        header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [at, at + len(data)]}
        chunks.append(data)
        at += len(data)
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(chunks)


def write_weights(path: Path, config: HRMConfig, card: ModelCard, tensors: dict[str, Tensor]) -> int:
    """Writes a weights file to a temporary name beside ``path``, checks it by reading it back, renames it.

    Returns:
        The size in bytes.

    Raises:
        HrmEdgeError: code ``weights`` if the result would not be a valid weights file, ``file`` if it cannot be
            written.
    """
    metadata = {"hrm.format": FORMAT, "hrm.config": config.to_json(), "hrm.card": card.to_json()}
    data = pack_tensors(tensors, metadata)
    (length,) = struct.unpack_from("<Q", data)
    if length > MAX_HEADER:
        of_card = len(metadata["hrm.card"].encode())
        what = f"header length {length}, {of_card} of it the card's, is not within 1..{MAX_HEADER}"
        raise HrmEdgeError("weights", f"{what}: shorten the card")
    if len(data) > MAX_FILE:
        raise HrmEdgeError("weights", f"{len(data)} bytes, and a weights file has at most {MAX_FILE}")
    parse_weights(data)
    write_atomic(path, lambda to: to.write_bytes(data))
    return len(data)


def read_weights(path: Path) -> WeightsFile:
    """Reads a weights file. Raises HrmEdgeError, code ``weights``, for anything docs/format.md does not allow."""
    try:
        with path.open("rb") as file:
            data = _read_at_most(file, MAX_FILE + 1)
    except OSError as error:
        raise HrmEdgeError("weights", f"{path}: {error.strerror}") from error
    if len(data) > MAX_FILE:
        raise HrmEdgeError("weights", f"{path}: over {MAX_FILE} bytes, the most that a weights file has")
    try:
        return parse_weights(data)
    except HrmEdgeError as error:
        raise HrmEdgeError(error.code, f"{path}: {error}") from error


def _read_at_most(file: BinaryIO, most: int) -> bytes:
    """What a file holds, or its first bytes. In pieces: memory for as many as asked for is taken at once."""
    data = bytearray()
    while len(data) < most and (piece := file.read(min(PIECE, most - len(data)))):
        data += piece
    return bytes(data)


def parse_weights(data: bytes) -> WeightsFile:
    """`read_weights` on bytes."""
    header, begin = _header(data)
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict) or set(metadata) != METADATA_KEYS or metadata["hrm.format"] != FORMAT:
        raise HrmEdgeError("weights", f"__metadata__ must be {sorted(METADATA_KEYS)}, hrm.format {FORMAT!r}")
    if not all(isinstance(value, str) for value in metadata.values()):
        raise HrmEdgeError("weights", "__metadata__ must be an object of strings")
    fields = read_object(metadata["hrm.config"], "hrm.config")
    _all_fields(fields, HRMConfig, "hrm.config")
    try:
        config = HRMConfig.parse(fields)
    except HrmEdgeError as error:
        raise HrmEdgeError("weights", f"hrm.config: {error}") from error
    card = ModelCard.parse(metadata["hrm.card"])
    wanted = file_tensors(config)
    for name in wanted.keys() - header.keys():
        raise HrmEdgeError("weights", f"no tensor {name}")
    for name in header.keys() - wanted.keys():
        raise HrmEdgeError("weights", f"tensor {name} is not part of this model")
    spans = {name: _span(name, header[name], *wanted[name]) for name in wanted}
    _check_layout(spans, len(data) - begin)
    tensors = {name: _take(data, begin, name, spans[name], *wanted[name]) for name in wanted}
    return WeightsFile(config, card, tensors)


def _header(data: bytes) -> tuple[dict[str, Any], int]:
    if len(data) < 8:
        raise HrmEdgeError("weights", f"a file of {len(data)} bytes has no header")
    (length,) = struct.unpack_from("<Q", data)
    if not 0 < length <= MAX_HEADER:
        raise HrmEdgeError("weights", f"header length {length} is not within 1..{MAX_HEADER}")
    if 8 + length > len(data):
        raise HrmEdgeError("weights", f"header says {length} bytes, the file ends after {len(data) - 8}")
    try:
        text = data[8 : 8 + length].decode("utf-8")
    except UnicodeDecodeError as error:
        raise HrmEdgeError("weights", "header is not UTF-8") from error
    header = read_object(text, "header")
    if not text.startswith("{"):
        raise HrmEdgeError("weights", "header begins with white space")
    return header, 8 + length


def _all_fields(config: dict[str, Any], model: type[BaseModel], what: str) -> None:
    """Defaults are for people who write configs; a file says everything but what its kind of task has not."""
    for name, field in model.model_fields.items():
        if name not in config and field.default is not None:
            raise HrmEdgeError("weights", f"{what} needs the field {name}")
        if name in config and config[name] is None:
            raise HrmEdgeError("weights", f"{what}.{name} is null: what there is not is left out")
    if isinstance(task := config.get("task"), dict):
        _all_fields(task, TaskConfig, f"{what}.task")


def _span(name: str, entry: Any, dtype: str, shape: tuple[int, ...]) -> tuple[int, int]:
    if not isinstance(entry, dict) or entry.keys() - ENTRY_KEYS:
        raise HrmEdgeError("weights", f"{name} is not an object of {', '.join(sorted(ENTRY_KEYS))}")
    if entry.get("dtype") != dtype:
        raise HrmEdgeError("weights", f"{name} is not {dtype}")
    sizes = entry.get("shape")
    if sizes != list(shape) or any(type(size) is not int for size in sizes):  # True == 1
        raise HrmEdgeError("weights", f"{name} is {sizes}, the config needs {list(shape)}")
    offsets = entry.get("data_offsets")
    if not (isinstance(offsets, list) and len(offsets) == 2 and all(type(o) is int and o >= 0 for o in offsets)):
        raise HrmEdgeError("weights", f"{name}: data_offsets is not [begin, end]")
    size = _DTYPES[dtype].itemsize * math.prod(shape)
    if offsets[1] - offsets[0] != size:
        raise HrmEdgeError("weights", f"{name} needs {size} bytes, data_offsets give {offsets[1] - offsets[0]}")
    return offsets[0], offsets[1]


def _check_layout(spans: dict[str, tuple[int, int]], size: int) -> None:
    at = 0
    for name, (begin, end) in sorted(spans.items(), key=lambda item: item[1]):
        if begin != at:
            raise HrmEdgeError("weights", f"{name} overlaps the tensor before it, or leaves a hole")
        at = end
    if at != size:
        raise HrmEdgeError("weights", f"tensors end at byte {at} of {size}")


def _take(data: bytes, begin: int, name: str, span: tuple[int, int], dtype: str, shape: tuple[int, ...]) -> Tensor:
    raw = np.frombuffer(data, _DTYPES[dtype], (span[1] - span[0]) // _DTYPES[dtype].itemsize, begin + span[0])
    tensor = torch.from_numpy(raw.astype(raw.dtype.newbyteorder("="))).view(shape)
    if dtype == "F32" and not within_bounds(name, tensor):
        low, high = float_bounds(name)
        raise HrmEdgeError("weights", f"{name} has a value that is not within {low:g}..{high:g}")
    return tensor

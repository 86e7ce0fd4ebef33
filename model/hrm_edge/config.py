"""Model and task configuration: ``hrm.config`` of docs/format.md, checked."""

from __future__ import annotations

import json
import math
import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from .errors import HrmEdgeError, first_fault

ListName = Literal["cell", "row", "column", "box", "neighbours", "all"]

CANDIDATE_LISTS = ("cell", "row", "column", "box")
CELL_LISTS = ("row", "column", "box", "neighbours", "all")

# A maze: wall, free, start, goal, path.
MAZE_SYMBOLS = "# SGo"
WALL, FREE, START, GOAL, PATH = range(1, len(MAZE_SYMBOLS) + 1)  # as boards count symbols
SUDOKU_SYMBOLS = "123456789ABCDEFGHIJKLMNOP"

# Bounds of docs/numerics.md ("Why nothing can overflow into NaN"): with them no float of a forward pass can become NaN.
MAX_HIDDEN = 4096
MAX_HEADS = 64
MAX_HEAD_DIM = 256
MAX_FLOAT = 65504.0
# Of both levels: the names of their tensors have to fit a header of 64 KiB, biases and a long card included.
MAX_LAYERS = 48
# Most tokens of one board: a 256x256 grid of cells.
MAX_TOKENS = 65536
# Most tokens times places of all lists, a list of several heads counted once; in full attention every token has all.
MAX_ENTRIES = 2**24
# Most multiply-adds of a step: half a minute on one core. The official model takes 2^36.7 on 30 x 30 cells.
MAX_STEP = 2**39
# One exponential, and what else a place of a list takes, in multiply-adds of a matrix.
EXPONENTIAL = 128


class _Checked(BaseModel):
    """Unknown keys and type coercions are errors: a file either says what docs/format.md says or is refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


def _one_unit(symbol: str) -> str:
    """A symbol, or nothing: one UTF-16 unit, what JavaScript calls a character."""
    if len(symbol) > 1:
        raise ValueError(f"{symbol!r} is more than one character")
    if symbol in ("\r", "\n"):
        raise ValueError(f"{symbol!r} ends a row of a board")
    if symbol > "\uffff":
        raise ValueError(f"{symbol!r} is no single UTF-16 unit: emoji cannot be symbols")
    return symbol


def _task_name(name: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,63}", name):
        raise ValueError(f"{name!r} is not made of at most 64 lower-case letters, digits and hyphens, no hyphen first")
    return name


class TaskConfig(_Checked):
    """A puzzle as data.

    ``sudoku``: ``rows == cols == box_rows * box_cols``, the symbols are 1..n. ``maze``: the answer draws a shortest way
    from S to G; ``walled``: the model sees the board within a ring of walls. ``grid``: question and answer are grids of
    one shape, no known rules.
    """

    name: Annotated[str, AfterValidator(_task_name)]
    kind: Literal["sudoku", "maze", "grid"]
    rows: int = Field(ge=1, le=256)
    cols: int = Field(ge=1, le=256)
    box_rows: int | None = Field(default=None, ge=1, le=16)
    box_cols: int | None = Field(default=None, ge=1, le=16)
    walled: bool | None = None  # no Literal[True]: that takes 1
    symbols: list[Annotated[str, AfterValidator(_one_unit)]] = Field(default=[], max_length=256)

    @model_validator(mode="after")
    def _consistent(self) -> TaskConfig:
        if self.kind == "sudoku":
            if self.box_rows is None or self.box_cols is None:
                raise ValueError("a sudoku task needs box_rows and box_cols")
            if not self.rows == self.cols == self.box_rows * self.box_cols <= 25:
                raise ValueError(
                    f"rows and cols must be box_rows * box_cols, at most 25: "
                    f"{self.rows}x{self.cols} board with boxes of {self.box_rows}x{self.box_cols}"
                )
        elif self.box_rows is not None or self.box_cols is not None:
            raise ValueError("only sudoku tasks have boxes")
        if self.walled is False:
            raise ValueError("walled is true or left out")
        if self.walled and self.kind != "maze":
            raise ValueError("only mazes are walled")
        if self.kind == "maze" and self.symbols != list(MAZE_SYMBOLS):
            raise ValueError(f"a maze has the symbols {', '.join(map(repr, MAZE_SYMBOLS))}")
        named = [symbol for symbol in self.symbols if symbol]
        if len(set(named)) != len(named):
            raise ValueError("symbols must differ")
        return self

    @property
    def cells(self) -> int:
        """Cells of the board."""
        return self.rows * self.cols

    @property
    def seen(self) -> tuple[int, int]:
        """Rows and columns that the model sees: of a walled board one more on every side."""
        ring = 2 if self.walled else 0
        return self.rows + ring, self.cols + ring


def sudoku_task(box_rows: int = 3, box_cols: int = 3, symbols: list[str] | None = None) -> TaskConfig:
    """Sudoku of any box size: 4x4 is (2, 2), 6x6 is (2, 3), 9x9 is (3, 3), 16x16 is (4, 4)."""
    n = box_rows * box_cols
    return TaskConfig(
        name="sudoku", kind="sudoku", rows=n, cols=n, box_rows=box_rows, box_cols=box_cols, symbols=symbols or []
    )


class HRMConfig(_Checked):
    """Shape and task of one HRM, both families of the design: structured lists and official full attention.

    Field names follow the official HRM config (sapientinc/HRM, ``config/arch/hrm_v1.yaml``) where it has one.
    """

    hidden_size: int = Field(ge=4, le=MAX_HIDDEN, multiple_of=4)
    num_heads: int = Field(ge=1, le=MAX_HEADS)
    intermediate_size: int = Field(ge=4, le=MAX_HIDDEN, multiple_of=4)
    H_layers: int = Field(default=2, ge=1)
    L_layers: int = Field(default=2, ge=1)
    H_cycles: int = Field(default=2, ge=1, le=32)
    L_cycles: int = Field(default=2, ge=1, le=32)
    rms_norm_eps: float = Field(default=1e-5, ge=1e-12, le=1)
    embed_scale: float = Field(default=1.0, gt=0, le=64)
    halt_max_steps: int = Field(default=16, ge=1, le=65536)
    vocab_size: int = Field(ge=1, le=256)
    output_size: int = Field(ge=1, le=256)
    token_kind: Literal["candidates", "cells"]
    attention: Literal["lists", "full"]
    lists: list[ListName] = Field(default=[])
    list_bias: bool = False
    pos_encodings: Literal["none", "rope", "learned"] = "none"
    seq_len: int = Field(ge=1, le=MAX_TOKENS)
    puzzle_emb_len: int = Field(default=0, ge=0, le=64)
    num_puzzle_identifiers: int = Field(default=0, ge=0, le=65536)
    q_pool: Literal["mean", "first"] = "mean"
    q_outputs: int = Field(default=1, ge=1, le=2)
    task: TaskConfig

    @model_validator(mode="after")
    def _consistent(self) -> HRMConfig:
        if self.H_layers + self.L_layers > MAX_LAYERS:
            raise ValueError(f"H_layers and L_layers are more than {MAX_LAYERS} together")
        if self.hidden_size % self.num_heads:
            raise ValueError(f"hidden_size {self.hidden_size} is not a multiple of num_heads {self.num_heads}")
        heads = f"hidden_size {self.hidden_size} over {self.num_heads} heads is {self.head_dim} each"
        if self.head_dim % 4 or self.head_dim > MAX_HEAD_DIM:
            raise ValueError(f"{heads}, not a multiple of 4 up to {MAX_HEAD_DIM}")
        if self.attention == "full":
            if self.lists or self.list_bias:
                raise ValueError("full attention has neither lists nor list_bias")
        else:
            if len(self.lists) != self.num_heads:
                raise ValueError(f"{len(self.lists)} lists for {self.num_heads} heads")
            if self.puzzle_emb_len:
                raise ValueError("list attention has no puzzle-embedding prefix")
            if self.pos_encodings != "none":
                raise ValueError("list attention takes no position encoding")
        if self.pos_encodings == "rope" and self.head_dim % 8:
            raise ValueError(f"{heads}, and rope needs a multiple of 8")
        if (self.puzzle_emb_len > 0) != (self.num_puzzle_identifiers > 0):
            raise ValueError("puzzle_emb_len and num_puzzle_identifiers are both zero or both positive")
        known = CANDIDATE_LISTS if self.token_kind == "candidates" else CELL_LISTS
        for name in self.lists:
            if name not in known:
                raise ValueError(f"list {name!r} is not one of {', '.join(known)} for {self.token_kind}")
            if name == "box" and self.task.kind != "sudoku":
                raise ValueError("only sudoku tasks have boxes")
        self._check_tokens()
        self._check_board()
        return self

    def _check_tokens(self) -> None:
        task = self.task
        if self.token_kind == "candidates":
            if task.kind != "sudoku":
                raise ValueError("candidates need a sudoku task")
            if task.symbols:
                raise ValueError("candidates models list no symbols")
            if (self.vocab_size, self.output_size) != (3, 1):
                raise ValueError("candidates have vocab_size 3 (open, on, off) and output_size 1")
            tokens = task.cells * task.rows
        else:
            for size, label in ((self.vocab_size, "vocab_size"), (self.output_size, "output_size")):
                if size != len(task.symbols):
                    raise ValueError(f"{label} {size} for {len(task.symbols)} symbols")
            if not 2 <= len([s for s in task.symbols if s]) <= 255:
                raise ValueError("cells need 2 to 255 symbols")
            if task.kind == "sudoku":
                for symbol in "." + SUDOKU_SYMBOLS[: task.rows]:
                    if symbol not in task.symbols:
                        raise ValueError(f"a Sudoku needs the symbol {symbol!r}")
            tokens = math.prod(task.seen)
        if self.seq_len != tokens:
            raise ValueError(f"seq_len {self.seq_len} for a board of {tokens} tokens")

    def _check_board(self) -> None:
        """What the board asks of a machine, as ``src/tasks/board-limits.ts`` counts it."""
        rows = self.puzzle_emb_len + self.seq_len
        full = self.attention == "full"
        entries = rows * (rows if full else sum(map(self._list_width, set(self.lists))))
        if entries > MAX_ENTRIES:
            raise ValueError(f"attention over {entries} places, more than {MAX_ENTRIES}")
        layers = self.H_cycles * (self.L_cycles * self.L_layers + self.H_layers)
        places = self.num_heads * rows if full else sum(map(self._list_width, self.lists))
        matrices = self.hidden_size * (4 * self.hidden_size + 3 * self.intermediate_size)
        step = layers * rows * (matrices + places * (2 * self.head_dim + EXPONENTIAL))
        if step > MAX_STEP:
            raise ValueError(f"{step} multiply-adds in a step, more than {MAX_STEP}")

    def _list_width(self, name: ListName) -> int:
        rows, cols = self.task.seen
        box = (self.task.box_rows or 1) * (self.task.box_cols or 1)
        return {"cell": cols, "row": cols, "column": rows, "box": box, "neighbours": 4, "all": rows * cols}[name]

    @property
    def head_dim(self) -> int:
        """Width of one attention head."""
        return self.hidden_size // self.num_heads

    @property
    def any_size(self) -> bool:
        """Whether the weights serve boards of other sizes: nothing in them counts places that depend on the board."""
        bound = self.task.kind == "grid" or self.attention == "full"
        return not bound and (not self.list_bias or set(self.lists) == {"neighbours"})

    @classmethod
    def parse(cls, data: dict[str, Any] | str) -> HRMConfig:
        """Reads a dict or a JSON text.

        Raises:
            HrmEdgeError: code ``config``, naming the first wrong key.
        """
        try:
            return cls.model_validate_json(data) if isinstance(data, str) else cls.model_validate(data)
        except ValidationError as error:
            raise HrmEdgeError("config", first_fault(error, cls)) from error

    def to_json(self) -> str:
        """The ``hrm.config`` text: absent options of the task are left out."""
        return json.dumps(self.model_dump(exclude_none=True), separators=(",", ":"))

"""Attention lists: who reads whom (docs/format.md, ``lists``).

Every list of a rectangular board but ``neighbours`` is a partition of the tokens into groups whose members read each
other. Such a list is a choice of axes of the token grid, so grouping is a permutation of a view: no index tensor, and
one set of weights serves every board size.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .config import HRMConfig, TaskConfig
from .errors import HrmEdgeError


@dataclass(frozen=True)
class Clique:
    """Tokens viewed as a grid of ``shape``; tokens that differ only along ``axes`` form a group.

    Within a group, tokens stand in ascending order, each in its own list.
    """

    shape: tuple[int, ...]
    axes: tuple[int, ...]

    @property
    def tokens(self) -> int:
        return math.prod(self.shape)

    @property
    def width(self) -> int:
        """Tokens of one group, the ``g`` of ``[tokens][g]``."""
        return math.prod(self.shape[a] for a in self.axes)

    @property
    def groups(self) -> int:
        return self.tokens // self.width

    def _order(self) -> tuple[int, ...]:
        return tuple(a for a in range(len(self.shape)) if a not in self.axes) + self.axes

    def gather(self, qkv: Tensor) -> Tensor:
        """``[B, tokens, 3, h, hd]`` -> ``[3, B, h, groups, g, hd]``."""
        batch, _, three, heads, dim = qkv.shape
        n = len(self.shape)
        grid = qkv.view(batch, *self.shape, three, heads, dim)
        grid = grid.permute(n + 1, 0, n + 2, *(a + 1 for a in self._order()), n + 3)
        return grid.reshape(three, batch, heads, self.groups, self.width, dim)

    def scatter(self, out: Tensor) -> Tensor:
        """``[B, h, groups, g, hd]`` -> ``[B, tokens, h, hd]``, the inverse of `gather`."""
        batch, heads, _, _, dim = out.shape
        n, order = len(self.shape), self._order()
        grid = out.reshape(batch, heads, *(self.shape[a] for a in order), dim)
        back = [2 + order.index(a) for a in range(n)]
        return grid.permute(0, *back, 1, n + 2).reshape(batch, self.tokens, heads, dim)

    def members(self) -> Tensor:
        """``[groups, g]`` int64 token indices."""
        return torch.arange(self.tokens).view(self.shape).permute(self._order()).reshape(self.groups, self.width)

    def table(self) -> Tensor:
        """``[tokens, g]`` int64 token indices."""
        members = self.members()
        table = torch.empty(self.tokens, self.width, dtype=torch.int64)
        table[members] = members[:, None, :].expand(-1, self.width, -1)
        return table


def _neighbours(rows: int, cols: int) -> Tensor:
    """``[rows * cols, 4]``: down, left, right, up; -1 over the edge."""
    index = torch.full((rows + 2, cols + 2), -1, dtype=torch.int64)
    index[1:-1, 1:-1] = torch.arange(rows * cols).view(rows, cols)
    return torch.stack((index[2:, 1:-1], index[1:-1, :-2], index[1:-1, 2:], index[:-2, 1:-1]), -1).reshape(-1, 4)


def make_list(name: str, token_kind: str, task: TaskConfig) -> Clique | Tensor:
    """The list ``name`` of a board: a `Clique`, or a table ``[tokens, g]`` (int64, -1 for none).

    Raises:
        HrmEdgeError: code ``config`` for a list that this board does not have.
    """
    if name == "neighbours" and token_kind == "cells":
        return _neighbours(*task.seen)
    box_rows, box_cols = task.box_rows or 1, task.box_cols or 1
    rows, cols = task.seen
    shape: tuple[int, ...] = (rows // box_rows, box_rows, cols // box_cols, box_cols)
    axes = {"row": (2, 3), "column": (0, 1)}
    if task.kind == "sudoku":
        axes["box"] = (1, 3)
    if token_kind == "candidates":
        shape += (task.rows,)
        axes["cell"] = (4,)
    else:
        axes["all"] = (0, 1, 2, 3)
    if name not in axes:
        raise HrmEdgeError("config", f"a {task.kind} board of {token_kind} has no list {name!r}")
    return Clique(shape, axes[name])


def list_table(name: str, token_kind: str, task: TaskConfig) -> Tensor:
    """The list as an explicit table ``[tokens, g]`` (int64, -1 for none)."""
    made = make_list(name, token_kind, task)
    return made.table() if isinstance(made, Clique) else made


def token_count(token_kind: str, task: TaskConfig) -> int:
    """Tokens of one board, the puzzle-embedding prefix not counted."""
    return math.prod(task.seen) * (task.rows if token_kind == "candidates" else 1)


@dataclass(frozen=True)
class Run:
    """Consecutive heads that share one list. ``table`` names the buffer of a list that is no `Clique`."""

    start: int
    stop: int
    clique: Clique | None
    table: str | None


class Geometry(nn.Module):
    """The lists of one board for every head of a model. Holds no weights; its buffers are not saved.

    A structured model without positions runs on any board of its kind: pass ``Geometry(config, sudoku_task(4, 4))``
    to `HRM.forward` to run weights trained on 9x9 on 16x16.

    Raises:
        HrmEdgeError: code ``config`` if the model is tied to the board size of its config and ``task`` differs.
    """

    def __init__(self, config: HRMConfig, task: TaskConfig | None = None) -> None:
        super().__init__()
        task = task or config.task
        self.task = task
        self.token_kind = config.token_kind
        self.tokens = token_count(config.token_kind, task)
        if self.tokens != config.seq_len and not config.any_size:
            raise HrmEdgeError("config", f"positions or list_bias tie this model to {config.seq_len} tokens")
        self.runs: list[Run] = []
        names = config.lists
        start = 0
        for stop in range(1, len(names) + 1):
            if stop < len(names) and names[stop] == names[start]:
                continue
            made = make_list(names[start], config.token_kind, task)
            if isinstance(made, Clique):
                self.runs.append(Run(start, stop, made, None))
            else:
                buffer = f"table_{names[start]}"
                if not hasattr(self, buffer):
                    self.register_buffer(buffer, made, persistent=False)
                self.runs.append(Run(start, stop, None, buffer))
            start = stop
        # Cliques of one shape are attended to in one call.
        by_shape: dict[tuple[int, int], list[int]] = {}
        for i, run in enumerate(self.runs):
            if run.clique is not None:
                by_shape.setdefault((run.clique.groups, run.clique.width), []).append(i)
        self.buckets: list[list[int]] = list(by_shape.values())

    @property
    def width(self) -> int:
        """Longest list, the ``G`` of ``list_bias``; 0 for full attention."""
        widths = [r.clique.width if r.clique else getattr(self, r.table or "").shape[1] for r in self.runs]
        return max(widths, default=0)

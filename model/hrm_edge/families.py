"""Configurations of the structured models: Sudoku by candidates, grids and mazes by cells."""

from __future__ import annotations

import math
from typing import Any

from .config import CANDIDATE_LISTS, MAX_HEADS, MAZE_SYMBOLS, HRMConfig, sudoku_task
from .errors import HrmEdgeError

# What a head can read around a cell of a board without boxes.
GRID_LISTS = ("row", "column", "neighbours", "all")


def structured_sudoku(
    hidden_size: int = 32,
    num_heads: int = 4,
    *,
    box_rows: int = 3,
    box_cols: int = 3,
    intermediate_size: int | None = None,
    **overrides: Any,
) -> HRMConfig:
    """The structured Sudoku family: one token per candidate, heads split evenly over cell, row, column and box.

    ``intermediate_size`` defaults to 8/3 of the hidden size rounded up to a multiple of 32.
    """
    task = sudoku_task(box_rows, box_cols)
    return HRMConfig.parse(
        {
            "hidden_size": hidden_size,
            "num_heads": num_heads,
            "intermediate_size": intermediate_size or _wide(hidden_size),
            "vocab_size": 3,
            "output_size": 1,
            "token_kind": "candidates",
            "attention": "lists",
            "lists": _split_heads(num_heads, CANDIDATE_LISTS),
            "seq_len": task.cells * task.rows,
            "task": task.model_dump(exclude_none=True),
        }
        | overrides
    )


def structured_grid(
    rows: int,
    cols: int,
    symbols: str,
    hidden_size: int = 32,
    num_heads: int = 4,
    *,
    name: str = "grid",
    intermediate_size: int | None = None,
    lists: list[str] | None = None,
    **overrides: Any,
) -> HRMConfig:
    """A puzzle known by examples alone: grids of ``rows`` x ``cols``, one token a cell, ``symbols`` a character each.

    Each head reads a list of cells around its own, with a learned bias for every place of the list: ``row``,
    ``column``, ``neighbours`` (the four around it) or ``all``; by default as many heads of each. The bias belongs to
    the cell that is read: by its place on the board, or its direction (``neighbours``). No cell is told its own place
    but with ``attention="full"`` and ``pos_encodings="learned"``, where every head reads all cells.

    Raises:
        HrmEdgeError: code ``config``, naming the first wrong key.
    """
    full = overrides.get("attention") == "full"
    if lists is None:
        lists = [] if full else _split_heads(num_heads, GRID_LISTS)
    for list_name in lists if isinstance(lists, list) else []:
        if list_name not in GRID_LISTS:
            raise HrmEdgeError("config", f"lists: {list_name!r} is none of {', '.join(GRID_LISTS)}")
    return HRMConfig.parse(
        {
            "hidden_size": hidden_size,
            "num_heads": num_heads,
            "intermediate_size": intermediate_size or _wide(hidden_size),
            "vocab_size": len(symbols),
            "output_size": len(symbols),
            "token_kind": "cells",
            "attention": "lists",
            "lists": lists,
            "list_bias": not full,
            "seq_len": rows * cols,
            "task": {"name": name, "kind": "grid", "rows": rows, "cols": cols, "symbols": list(symbols)},
        }
        | overrides
    )


def structured_maze(rows: int, cols: int, hidden_size: int = 32, num_heads: int = 4, **overrides: Any) -> HRMConfig:
    """Mazes: one token a cell, every head reads the four cells around its own, with a learned bias for each of them.

    Trained on one size, it runs on any. It sees the board within a ring of walls, so that no cell is at an edge.
    """
    lists = ["neighbours"] * min(num_heads, MAX_HEADS)
    config = structured_grid(rows, cols, MAZE_SYMBOLS, hidden_size, num_heads, name="maze", lists=lists, **overrides)
    task = config.task.model_copy(update={"kind": "maze", "walled": True})
    return HRMConfig.parse(
        config.model_dump(exclude_none=True)
        | {"task": task.model_dump(exclude_none=True), "seq_len": math.prod(task.seen)}
    )


def _split_heads(num_heads: int, four: tuple[str, str, str, str]) -> list[str]:
    """The list of each head: as many heads of each. No more than a config takes, which refuses others by name."""
    if num_heads % 4:
        raise HrmEdgeError("config", f"num_heads {num_heads} cannot be split over four lists")
    return [name for name in four for _ in range(min(num_heads, MAX_HEADS) // 4)]


def _wide(hidden_size: int) -> int:
    return -(-hidden_size * 8 // 3 // 32) * 32

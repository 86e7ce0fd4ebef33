"""Which Sudoku boards are the same board in another dress.

The symmetries: relabelling digits, permuting rows inside a band, columns inside a stack, bands, stacks, and
transposition. `fingerprint` is the same number for all 9! * 2 * 6^8 dresses of a board, by construction: colours of
rows, columns, boxes and digits are refined from each other by sums, which know no order. Two different boards share
one only by an accident of 64 bits, or if refinement cannot tell them apart; then a filter drops one board too many,
never one too few.
"""

from __future__ import annotations

import torch
from torch import Tensor

from .config import TaskConfig
from .data import Boards

ROUNDS = 6
_MASK27 = (1 << 37) - 1
_MASK31 = (1 << 33) - 1


def _signed(x: int) -> int:
    return x - (1 << 64) if x >= 1 << 63 else x


# Odd 64-bit constants that keep the roles apart (splitmix64's increments).
_P = [_signed((0x9E3779B97F4A7C15 * (2 * i + 1)) % (1 << 64)) for i in range(1, 9)]
_M1, _M2 = _signed(0xBF58476D1CE4E5B9), _signed(0x94D049BB133111EB)


def _mix(x: Tensor) -> Tensor:
    """splitmix64's finaliser on int64, shifts without sign."""
    x = (x ^ ((x >> 27) & _MASK27)) * _M1
    x = (x ^ ((x >> 31) & _MASK31)) * _M2
    return x ^ ((x >> 31) & _MASK31)


def _refine(boards: Tensor, height: int) -> Tensor:
    """Colour ``[B]`` of ``boards [B, n, n]`` whose boxes are ``height`` rows high."""
    batch, n, _ = boards.shape
    width = n // height  # a box holds every symbol once
    bands, stacks = width, height
    digit = boards.long()
    given = (digit > 0).long()
    row = torch.zeros(batch, n, dtype=torch.int64)
    column = torch.zeros_like(row)
    box = torch.zeros(batch, bands, stacks, dtype=torch.int64)
    symbol = torch.zeros(batch, n + 1, dtype=torch.int64)
    for _ in range(ROUNDS):
        spread = box.repeat_interleave(height, 1).repeat_interleave(width, 2)
        label = symbol.gather(1, digit.flatten(1)).view_as(digit)
        cell = row[:, :, None] * _P[0] + column[:, None, :] * _P[1] + spread * _P[2] + label * _P[3]
        cell = _mix(cell + given * _P[4])
        # [B, band, row, stack, column]
        grid = cell.view(batch, bands, height, stacks, width)
        rows = _mix(row + _mix(grid.sum(4)).sum(3).flatten(1) * _P[5])
        columns = _mix(column + _mix(grid.sum(2)).sum(1).flatten(1) * _P[6])
        box = _mix(box + grid.sum((2, 4)) * _P[7])
        row = rows + _mix(rows.view(batch, bands, height).sum(2)).repeat_interleave(height, 1)
        column = columns + _mix(columns.view(batch, stacks, width).sum(2)).repeat_interleave(width, 1)
        symbol = torch.zeros_like(symbol).scatter_add_(1, digit.flatten(1), cell.flatten(1))
        symbol = _mix(symbol)
        symbol[:, 0] = 0
    return _mix(_mix(row).sum(1) + _mix(column).sum(1) * _P[0] + _mix(box).sum((1, 2)) + _mix(symbol).sum(1) * _P[1])


def fingerprint(boards: Tensor, task: TaskConfig) -> Tensor:
    """``[B]`` int64 of ``boards [B, cells]``, equal for all symmetries of a board. Boxes need not be square."""
    height, width = task.box_rows or 1, task.box_cols or 1
    grids = boards.view(-1, task.rows, task.rows)
    parts = []
    for part in grids.split(8192):
        upright = _refine(part, height)
        # Transposed, boxes are `width` rows high: only the pair of both readings has no orientation.
        lying = _refine(part.transpose(1, 2).contiguous(), width)
        parts.append(_mix(upright) + _mix(lying))
    return torch.cat(parts)


def without_isomorphs(boards: Boards, kept_out: Boards, task: TaskConfig) -> Boards:
    """``boards`` less every board that is a symmetry of one of ``kept_out``."""
    bad = torch.isin(fingerprint(boards.questions, task), fingerprint(kept_out.questions, task))
    return boards.take((~bad).nonzero()[:, 0])

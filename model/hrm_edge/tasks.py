"""Boards in and out of a model: the tasks ``sudoku`` (any box size), ``maze`` and ``grid`` (docs/format.md).

A board is a tensor ``[B, cells]`` of symbols, 1-based, 0 for blank, row by row.
"""

from __future__ import annotations

import re

import torch
import torch.nn.functional as F
from torch import Tensor

from .config import FREE, SUDOKU_SYMBOLS, WALL, HRMConfig, TaskConfig
from .errors import HrmEdgeError

SUDOKU_BLANKS = ".0"

# Input of a candidate token.
OPEN, ON, OFF = 0, 1, 2


def _joined(drawing: str, cols: int, what: str) -> str:
    """A board that is written row by row, with or without line breaks between them, as one string.

    Raises:
        HrmEdgeError: code ``board`` for a drawing whose lines are not ``cols`` wide: it is of another shape.
    """
    lines = re.split(r"\r\n|\r|\n", drawing)  # not splitlines: a symbol may be what that takes for a line end
    if len(lines) > 1 and lines[-1] == "":
        lines.pop()
    if len(lines) > 1:
        for number, row in enumerate(lines, 1):
            if len(row) != cols:
                raise HrmEdgeError("board", f"{what} has {len(row)} cells in row {number}, not {cols}")
    return "".join(lines)


class Task:
    """What the model reads and writes for one board shape.

    Args:
        config: the model's config.
        task: another board shape than the config's, for models that any size suits.

    Raises:
        HrmEdgeError: code ``config`` for another board shape where the model is tied to its own.
    """

    def __init__(self, config: HRMConfig, task: TaskConfig | None = None) -> None:
        self.config = config
        self.task = task or config.task
        self.candidates = config.token_kind == "candidates"
        self.is_sudoku = self.task.kind == "sudoku"
        self.is_maze = self.task.kind == "maze"
        # What a question has in the cells that are asked; None where every cell is.
        self.open_symbol = {"sudoku": 0, "maze": FREE}.get(self.task.kind)
        vocabulary = config.task.symbols
        if self.is_sudoku:
            self.symbols = SUDOKU_SYMBOLS[: self.task.rows]
        else:
            self.symbols = "".join(vocabulary)
        # What a character of a board stands for.
        self.values = {symbol: i for i, symbol in enumerate(self.symbols, 1)}
        if self.is_sudoku:
            self.values |= {symbol.lower(): value for symbol, value in self.values.items()}
            self.values |= dict.fromkeys(SUDOKU_BLANKS, 0)
        elif self.is_maze:
            self.values["."] = FREE
        # Vocabulary entry of blank (0) and of every symbol; unused for candidates.
        self.blank_token = vocabulary.index(".") if self.is_sudoku and "." in vocabulary else 0
        if not self.candidates:
            if self.task != config.task and not (self.is_maze and config.any_size):
                raise HrmEdgeError("config", "this model reads boards of one shape only")
            self.symbol_tokens = torch.tensor([vocabulary.index(s) for s in self.symbols])

    def parse(self, text: str, what: str = "board") -> bytes:
        """One board, a byte a cell. White space is left out of a Sudoku, line breaks between the rows of a grid.

        Args:
            what: what it is, for messages.

        Raises:
            HrmEdgeError: code ``board``, naming length, row or cell.
        """
        text = "".join(text.split()) if self.is_sudoku else _joined(text, self.task.cols, what)
        if len(text) != self.task.cells:
            raise HrmEdgeError("board", f"{what} has {len(text)} cells, not {self.task.cells}")
        try:
            return bytes(map(self.values.__getitem__, text))
        except KeyError as error:
            row, column = divmod(text.index(error.args[0]), self.task.cols)
            at = f"row {row + 1}, column {column + 1} of the {what}"
            known = repr(self.symbols + (SUDOKU_BLANKS if self.is_sudoku else ""))
            raise HrmEdgeError("board", f"{error} at {at} is none of the symbols {known}") from None

    def format(self, board: Tensor) -> str:
        """Text of one board ``[cells]``; blanks are dots."""
        return "".join(self.symbols[value - 1] if value else "." for value in board.tolist())

    def encode(self, boards: Tensor, excluded: Tensor | None = None) -> Tensor:
        """Input tokens ``[B, N]`` (int64) of ``boards [B, cells]``.

        For candidates a given sets its own symbol on and the cell's others off; peers stay open.

        Args:
            excluded: bool ``[B, cells, n]``, open candidates to switch off (candidates only).
        """
        boards = boards.long()
        if not self.candidates:
            if excluded is not None:
                raise HrmEdgeError("board", "a cells model cannot be told of excluded candidates")
            tokens = torch.cat((torch.tensor([self.blank_token]), self.symbol_tokens)).to(boards.device)
            return self._walled(tokens[boards])
        symbol = torch.arange(1, self.task.rows + 1, device=boards.device)
        given = boards[..., None]
        tokens = torch.where(given == 0, OPEN, torch.where(given == symbol, ON, OFF))
        if excluded is not None:
            tokens = torch.where(excluded & (given == 0), OFF, tokens)
        return tokens.flatten(1)

    def _walled(self, tokens: Tensor) -> Tensor:
        """Tokens ``[B, cells]`` with the ring of walls that the model sees around them, ``[B, N]``."""
        if not self.task.walled:
            return tokens
        board = tokens.view(-1, self.task.rows, self.task.cols)
        return F.pad(board, (1, 1, 1, 1), value=int(self.symbol_tokens[WALL - 1])).flatten(1)

    def symbol_logits(self, logits: Tensor) -> Tensor:
        """``[B, N, output_size]`` -> ``[B, cells, n]``, one logit per symbol; symbol s of a board stands at s - 1."""
        if self.candidates:
            return logits.view(len(logits), self.task.cells, self.task.rows)
        if self.task.walled:
            logits = logits.unflatten(1, self.task.seen)[:, 1:-1, 1:-1].flatten(1, 2)
        return logits[..., self.symbol_tokens.to(logits.device)]

    def kept(self, questions: Tensor) -> Tensor:
        """bool like ``questions [B, cells]``: cells whose symbol stays in the answer."""
        if self.open_symbol is None:
            return torch.zeros_like(questions, dtype=torch.bool)
        return questions != self.open_symbol

    def decode(self, logits: Tensor, questions: Tensor | None = None) -> Tensor:
        """The board the model means, ``[B, cells]`` uint8; with ``questions``, what these keep is kept."""
        board = (self.symbol_logits(logits).argmax(-1) + 1).to(torch.uint8)
        return board if questions is None else torch.where(self.kept(questions), questions.to(torch.uint8), board)

    def solved(self, boards: Tensor, givens: Tensor) -> Tensor:
        """Sudoku verifier, ``[B]`` bool: every given kept, every unit holds every symbol once."""
        if not self.is_sudoku:
            raise HrmEdgeError("config", f"the rules of {self.task.name} are not known")
        n = self.task.rows
        units = self._units().to(boards.device)
        whole = boards.long()[:, units].sort(-1).values == torch.arange(1, n + 1, device=boards.device)
        kept = (givens == 0) | (boards == givens)
        return whole.flatten(1).all(1) & kept.all(1)

    def _units(self) -> Tensor:
        """Cells of every row, column and box, ``[3n, n]``."""
        n, box_rows, box_cols = self.task.rows, self.task.box_rows or 1, self.task.box_cols or 1
        cells = torch.arange(n * n).view(n, n)
        boxes = cells.view(n // box_rows, box_rows, n // box_cols, box_cols).transpose(1, 2).reshape(n, n)
        return torch.cat((cells, cells.T, boxes))

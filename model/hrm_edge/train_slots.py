"""Boards in training and what happens to them between windows of ACT steps.

A slot holds one board with its input tokens; the trainer keeps the carry. Where `SearchConfig.guesses` is on, slots
live through what the solver's search does to them:

    fresh  -> thinks for some windows
    stuck  -> a tentative given is put in, drawn from the model's own beliefs: right, or (share ``wrong``) wrong
    wrong  -> the board now has no solution and its label is "every candidate off"; after some windows the wrong given
              is taken back and its candidate switched off, with the carry kept
    solved -> the slot is refilled

So training sees boards just past what the model can do, and contradictions of its own making. For models of cells
only fresh and solved exist.

All draws come from one generator; `state_dict` holds everything, so a resumed run draws the same.
"""

from __future__ import annotations

import torch
from torch import Tensor

from .data import Boards
from .tasks import OFF, ON, OPEN, Task
from .train_config import SearchConfig

MOST_GIVENS = 12
MOST_EXCLUDED = 0.6  # of the wrong candidates


class Slots:
    """``size`` boards under training.

    Public tensors, batch first: ``tokens [B, N]`` int64 input, ``answers [B, cells]`` int64 symbols from 0,
    ``wrong [B]`` bool (no solution: a wrong tentative given stands), ``fresh [B]`` bool (needs a new carry) and
    ``noise [B]`` deviation of that carry's noise, ``plain [B]`` bool (as the question reads, nothing added yet),
    ``age [B]`` ACT steps since the start.
    """

    def __init__(self, boards: Boards, task: Task, config: SearchConfig, size: int, window: int, seed: int) -> None:
        self.boards, self.task, self.config, self.window = boards, task, config, window
        self.search = config.guesses and task.candidates
        self.rng = torch.Generator().manual_seed(seed)
        self.order = torch.randperm(len(boards), generator=self.rng)
        self.next = 0
        cells, width = task.task.cells, task.config.seq_len
        self.tokens = torch.zeros(size, width, dtype=torch.int64)
        self.before = torch.zeros_like(self.tokens)  # input before the wrong given, its candidate switched off
        self.answers = torch.zeros(size, cells, dtype=torch.int64)
        self.wrong, self.plain, self.fresh = (torch.zeros(size, dtype=torch.bool) for _ in range(3))
        self.noise = torch.zeros(size)
        self.age, self.since, self.patience = (torch.zeros(size, dtype=torch.int64) for _ in range(3))
        self._fill(torch.ones(size, dtype=torch.bool))

    _TENSORS = (
        "order", "tokens", "before", "answers", "wrong", "plain", "fresh", "noise", "age", "since", "patience",
    )  # fmt: skip

    def state_dict(self) -> dict[str, Tensor | int]:
        """Everything but the boards themselves."""
        state: dict[str, Tensor | int] = {name: getattr(self, name).clone() for name in self._TENSORS}
        return state | {"next": self.next, "rng": self.rng.get_state()}

    def load_state_dict(self, state: dict) -> None:
        """The inverse of `state_dict`; the boards must be the same."""
        for name in self._TENSORS:
            setattr(self, name, state[name].clone())
        self.next = state["next"]
        self.rng.set_state(state["rng"])

    def _rand(self, *shape: int) -> Tensor:
        return torch.rand(*shape, generator=self.rng)

    def _windows(self, most: int, n: int) -> Tensor:
        """1..most windows, in ACT steps."""
        return torch.randint(1, most + 1, (n,), generator=self.rng) * self.window

    def _draw(self, n: int) -> Tensor:
        """The next ``n`` rows of a shuffled pass over the boards, then of the next pass."""
        rows = []
        while n:
            part = self.order[self.next : self.next + n]
            rows.append(part)
            self.next += len(part)
            n -= len(part)
            if self.next == len(self.order):
                self.order, self.next = torch.randperm(len(self.boards), generator=self.rng), 0
        return torch.cat(rows)

    def _fill(self, which: Tensor) -> None:
        """New boards where ``which`` is set."""
        n = int(which.sum())
        if n == 0:
            return
        rows = self._draw(n)
        question, answer = self.boards.questions[rows].long(), self.boards.answers[rows].long()
        plain = torch.ones(n, dtype=torch.bool)
        excluded = None
        if self.task.candidates:
            added = torch.where(self._rand(n) < self.config.givens, (self._rand(n) * MOST_GIVENS + 1).floor(), 0.0)
            rank = torch.where(question == 0, self._rand(n, question.shape[1]), 2.0).argsort(1).argsort(1)
            question = torch.where((question == 0) & (rank < added[:, None]), answer, question)
            share = torch.where(self._rand(n) < self.config.exclusions, self._rand(n) * MOST_EXCLUDED, 0.0)
            digits = self.task.task.rows
            false = torch.arange(1, digits + 1) != answer[..., None]
            excluded = false & (self._rand(n, question.shape[1], digits) < share[:, None, None])
            plain = (added == 0) & (share == 0)
        self.tokens[which] = self.task.encode(question, excluded)
        self.answers[which] = answer - 1
        self.noise[which] = torch.where(self._rand(n) < self.config.noise, self._rand(n), 0.0)
        self.plain[which] = plain & (self.noise[which] == 0)
        self.wrong[which] = False
        self.age[which] = 0
        self.since[which] = 0
        self.patience[which] = self._windows(self.config.first, n)
        self.fresh = self.fresh | which

    def advance(self, logits: Tensor, steps: int) -> dict[str, int]:
        """Moves every slot on after ``steps`` more ACT steps that ended in ``logits [B, N, V]``.

        Returns counts: plain boards that came to 16 steps (``plain``) and that were solved by then
        (``plain_solved``); wrong boards (``wrong``) and those the model calls contradictory (``seen``); boards with
        a solution (``sound``) and those it calls contradictory (``false_alarm``).
        """
        symbols = self.task.symbol_logits(logits.detach().float().cpu())
        solved = (symbols.argmax(-1) == self.answers).all(1) & ~self.wrong
        hopeless = self.hopeless(symbols)
        self.age += steps
        self.since += steps
        ended = self.plain & (solved | (self.age >= 16))
        counts = {
            "plain": ended.sum(), "plain_solved": (ended & solved).sum(),
            "wrong": self.wrong.sum(), "seen": (self.wrong & hopeless).sum(),
            "sound": (~self.wrong).sum(), "false_alarm": (~self.wrong & hopeless).sum(),
        }  # fmt: skip
        self.plain &= ~ended
        leave = (solved & (self._rand(len(solved)) < self.config.leave)) | (self.age >= self.config.steps)
        self.fresh = torch.zeros_like(self.fresh)
        if self.search:
            due = ~leave & ~solved & (self.since >= self.patience)
            deeper = self._rand(len(due)) < self.config.deeper
            self._retract(due & self.wrong & ~deeper)
            self._guess(due & (~self.wrong | deeper) & (self.since > 0), symbols)
        self._fill(leave)
        return {name: int(count) for name, count in counts.items()}

    @staticmethod
    def hopeless(symbols: Tensor) -> Tensor:
        """``[B]`` bool: some cell has no candidate that the model believes in, from logits ``[B, cells, n]``."""
        return (symbols.amax(-1) < 0).any(1)

    def _retract(self, which: Tensor) -> None:
        self.tokens[which] = self.before[which]
        self.wrong[which] = False
        self._changed(which)

    def _changed(self, which: Tensor) -> None:
        self.since[which] = 0
        self.patience[which] = self._windows(self.config.later, int(which.sum()))

    def _guess(self, which: Tensor, symbols: Tensor) -> None:
        """A tentative given in an uncertain cell of every slot of ``which``."""
        digits = symbols.shape[-1]
        grid = self.tokens.view(-1, symbols.shape[1], digits)
        free = (grid == OPEN) & ~(grid == ON).any(-1, keepdim=True)
        belief = symbols.softmax(-1) * free
        entropy = -(belief * (belief + 1e-9).log()).sum(-1) + 1e-4
        open_cells = free.sum(-1) > 1
        which = which & open_cells.any(1)
        slots = which.nonzero()[:, 0]
        if len(slots) == 0:
            return
        cell = torch.multinomial((entropy * open_cells)[slots], 1, generator=self.rng)[:, 0]
        true = self.answers[slots, cell]
        at = belief[slots, cell] + 1e-4 * free[slots, cell]
        lies = at.scatter(1, true[:, None], 0.0)
        lie = torch.multinomial(lies, 1, generator=self.rng)[:, 0]
        doomed = self.wrong[slots]
        drawn = torch.multinomial(at, 1, generator=self.rng)[:, 0]
        lying = self._rand(len(slots)) < self.config.wrong
        digit = torch.where(doomed, drawn, torch.where(lying, lie, true))
        fell = ~doomed & (digit != true)  # the board loses its solution here
        back = self.tokens[slots].clone()
        back[torch.arange(len(slots)), cell * digits + digit] = OFF
        self.before[slots[fell]] = back[fell]
        grid[slots, cell] = OFF
        grid[slots, cell, digit] = ON
        self.wrong[slots[fell]] = True
        self.plain[slots] = False
        self._changed(which)

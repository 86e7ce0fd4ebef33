"""Boards in training and what happens to them between windows of ACT steps.

A slot holds one board with its input tokens; the trainer keeps the carry. Where `SearchConfig.guesses` is on, slots
live through what the solver's search does to them:

    fresh  -> thinks for some windows
    stuck  -> a tentative given is put in, drawn from the model's own beliefs: right, or (share ``wrong``) wrong
    wrong  -> the board has no solution; further tentative givens follow until singles (with ``ahead``: and a look one
               candidate ahead) refute it
    refuted -> its label is "every candidate off"; after some windows the first wrong given is taken back and its
              candidate switched off, with the carry kept
    solved -> stays for some windows (``leave``), then the slot is refilled

So training sees boards just past what the model can do, and contradictions of its own making. For models of cells
only fresh and solved exist.

All draws come from one generator; `state_dict` holds everything, so a resumed run draws the same.
"""

from __future__ import annotations

import torch
from torch import Tensor

from .config import TaskConfig
from .data import Boards
from .generate import propagate
from .kernels.build import require
from .tasks import OFF, ON, OPEN, Task
from .train_config import SearchConfig

MOST_GIVENS = 12
MOST_EXCLUDED = 0.6  # of the wrong candidates
DECIDED = 0.9
TRIES = 6


def _peers(task: TaskConfig) -> Tensor:
    """``[cells, cells]`` bool: cells that share a row, column or box."""
    cell = torch.arange(task.cells)
    row, column = cell // task.cols, cell % task.cols
    box = row // (task.box_rows or 1) * task.cols + column // (task.box_cols or 1)
    return ((row[:, None] == row) | (column[:, None] == column) | (box[:, None] == box)) & (cell[:, None] != cell)


class Slots:
    """``size`` boards under training.

    Public tensors, batch first: ``tokens [B, N]`` int64 input, ``answers [B, cells]`` int64 symbols from 0 or -100,
    ``wrong [B]`` bool (no solution: a wrong tentative given stands), ``refuted [B]`` bool (and it can be shown),
    ``fresh [B]`` bool (needs a new carry) and ``noise [B]`` deviation of that carry's noise, ``plain [B]`` bool (as the
    question reads, nothing added yet), ``age [B]`` ACT steps since the start.

    Raises:
        HrmEdgeError: code ``config`` where a wrong given may be put in and there is no compiler: C++ refutes it.
    """

    def __init__(self, boards: Boards, task: Task, config: SearchConfig, size: int, window: int, seed: int) -> None:
        self.boards, self.task, self.config, self.window = boards, task, config, window
        self.search = config.guesses and task.candidates
        if self.search and (config.doomed or config.wrong):
            require("sudoku", "[search] with doomed or wrong above 0")
        self.rng = torch.Generator().manual_seed(seed)
        self.order = torch.randperm(len(boards), generator=self.rng)
        self.next = 0
        cells, width = task.task.cells, task.config.seq_len
        self.tokens = torch.zeros(size, width, dtype=torch.int64)
        self.before = torch.zeros_like(self.tokens)  # input before the wrong given, its candidate switched off
        self.answers = torch.zeros(size, cells, dtype=torch.int64)
        self.wrong, self.refuted, self.plain, self.fresh = (torch.zeros(size, dtype=torch.bool) for _ in range(4))
        self.noise = torch.zeros(size)
        if task.is_sudoku:
            self.peers = _peers(task.task).float()
        self.age, self.since, self.patience = (torch.zeros(size, dtype=torch.int64) for _ in range(3))
        self._fill(torch.ones(size, dtype=torch.bool))

    _TENSORS = (
        "order", "tokens", "before", "answers", "wrong", "refuted", "plain", "fresh", "noise", "age", "since",
        "patience",
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
        if self.task.is_maze:  # only the free cells are asked
            self.answers[which] = self.answers[which].masked_fill(self.task.kept(question), -100)
        self.noise[which] = torch.where(self._rand(n) < self.config.noise, self._rand(n), 0.0)
        self.plain[which] = plain & (self.noise[which] == 0)
        self.wrong[which] = False
        self.refuted[which] = False
        self.age[which] = 0
        self.since[which] = 0
        self.patience[which] = self._windows(self.config.first, n)
        self.fresh = self.fresh | which
        if self.search:
            self._doom(which & (self._rand(len(which)) < self.config.doomed))

    def advance(self, logits: Tensor, steps: int) -> dict[str, int]:
        """Moves every slot on after ``steps`` more ACT steps that ended in ``logits [B, N, V]``.

        Returns counts: plain boards that came to 16 steps (``plain``) and that were solved by then
        (``plain_solved``); refuted boards (``refuted``) and those the model calls contradictory (``seen``); boards
        with a solution (``sound``) and those it calls contradictory (``false_alarm``).
        """
        symbols = self.task.symbol_logits(logits.detach().float().cpu())
        right = (symbols.argmax(-1) == self.answers) | (self.answers < 0)
        solved = right.all(1) & ~self.wrong
        hopeless = self.hopeless(symbols)
        self.age += steps
        self.since += steps
        ended = self.plain & (solved | (self.age >= 16))
        counts = {
            "plain": ended.sum(), "plain_solved": (ended & solved).sum(),
            "refuted": self.refuted.sum(), "seen": (self.refuted & hopeless).sum(),
            "sound": (~self.wrong).sum(), "false_alarm": (~self.wrong & hopeless).sum(),
        }  # fmt: skip
        self.plain &= ~ended
        leave = (solved & (self._rand(len(solved)) < self.config.leave)) | (self.age >= self.config.steps)
        self.fresh = torch.zeros_like(self.fresh)
        if self.search:
            due = ~leave & ~solved & (self.since >= self.patience)
            deeper = ~self.refuted & (self._rand(len(due)) < self.config.deeper)
            self._retract(due & self.wrong & ~deeper)
            self._guess(due & (~self.wrong | deeper) & (self.since > 0), symbols)
            self._refute()
        self._fill(leave)
        return {name: int(count) for name, count in counts.items()}

    @staticmethod
    def hopeless(symbols: Tensor) -> Tensor:
        """``[B]`` bool from logits ``[B, cells, n]``: beliefs of a cell's candidates come to less than a half."""
        return symbols.sigmoid().sum(-1).mean(1) < 0.5

    def _refute(self) -> None:
        self.refuted = self.wrong.clone()
        if self.wrong.any():
            self.refuted[self.wrong] = self._is_refuted(self.tokens[self.wrong])

    def _is_refuted(self, tokens: Tensor) -> Tensor:
        return propagate(tokens, self.task.task, ahead=self.config.ahead) < 0

    def _doom(self, which: Tensor) -> None:
        """A wrong given that can be refuted, in every slot of ``which`` where one is found."""
        slots = which.nonzero()[:, 0]
        lie = self._refutable_lie(slots)
        slots, lie = slots[lie >= 0], lie[lie >= 0]
        self.before[slots] = self.tokens[slots]
        self.before[slots, lie] = OFF
        self._put(slots, lie)
        self.wrong[slots] = self.refuted[slots] = True
        self.plain[slots] = False

    def _put(self, slots: Tensor, token: Tensor) -> None:
        """A given at candidate ``token`` of each slot."""
        digits = self.task.task.rows
        grid = self.tokens.view(len(self.tokens), self.task.task.cells, digits)
        grid[slots, token // digits] = OFF
        self.tokens[slots, token] = ON

    def _allowed(self, slots: Tensor) -> Tensor:
        """``[b, cells, n]`` bool: open candidates whose symbol no given of their row, column or box has."""
        grid = self.tokens[slots].view(len(slots), self.task.task.cells, self.task.task.rows)
        taken = torch.einsum("ij,bjn->bin", self.peers, (grid == ON).float()) > 0
        return (grid == OPEN) & ~taken & ~(grid == ON).any(-1, keepdim=True)

    def _refutable_lie(self, slots: Tensor) -> Tensor:
        """Per slot a wrong candidate, allowed by the rules alone, that is refuted as a given; -1 where none of
        `TRIES` random ones is."""
        found = torch.full((len(slots),), -1)
        if len(slots) == 0:
            return found
        digits = self.task.task.rows
        lies = self._allowed(slots).scatter(2, self.answers[slots][..., None], False).flatten(1)
        there = lies.any(1)
        weights = torch.where(there[:, None], lies.float(), 1.0)
        for pick in torch.multinomial(weights, TRIES, replacement=True, generator=self.rng).T:
            tokens = self.tokens[slots].clone()
            grid = tokens.view(len(slots), self.task.task.cells, digits)
            rows = torch.arange(len(slots))
            grid[rows, pick // digits] = OFF
            tokens[rows, pick] = ON
            refuted = self._is_refuted(tokens)
            found = torch.where((found < 0) & there & refuted, pick, found)
        return found

    def _retract(self, which: Tensor) -> None:
        self.tokens[which] = self.before[which]
        self.wrong[which] = False
        self._changed(which)

    def _changed(self, which: Tensor) -> None:
        self.since[which] = 0
        self.patience[which] = self._windows(self.config.later, int(which.sum()))

    def _guess(self, which: Tensor, symbols: Tensor) -> None:
        """A tentative given in every slot of ``which``, drawn from the model's beliefs ``symbols [B, cells, n]``."""
        slots = which.nonzero()[:, 0]
        slots = slots[self._allowed(slots).flatten(1).any(1)]
        if len(slots) == 0:
            return
        rows, free = torch.arange(len(slots)), self._allowed(slots)
        belief = symbols[slots].softmax(-1) * free
        undecided = free.sum(-1) > 0
        # Half of them as the solver does it: the cell nearest to a decision, of those that are not decided.
        best = belief.amax(-1)
        nearest = torch.where(undecided, torch.where(best < DECIDED, best, -1.0), -2.0).argmax(1)
        entropy = -(belief * (belief + 1e-9).log()).sum(-1) + 1e-4
        anywhere = torch.multinomial(entropy * undecided, 1, generator=self.rng)[:, 0]
        cell = torch.where(self._rand(len(slots)) < 0.5, nearest, anywhere)
        true = self.answers[slots, cell]
        at = belief[rows, cell] + 1e-4 * free[rows, cell]
        lies = at.scatter(1, true[:, None], 0.0)
        can_lie = (lies > 0).any(1)
        lie = torch.multinomial(torch.where(can_lie[:, None], lies, 1.0), 1, generator=self.rng)[:, 0]
        drawn = torch.multinomial(at, 1, generator=self.rng)[:, 0]
        doomed = self.wrong[slots]
        lying = ~doomed & can_lie & (self._rand(len(slots)) < self.config.wrong)
        digit = torch.where(doomed, drawn, torch.where(lying, lie, true))
        token = cell * symbols.shape[-1] + digit
        short = lying & (self._rand(len(slots)) < self.config.refutable)
        refutable = torch.full_like(token, -1)
        refutable[short] = self._refutable_lie(slots[short])
        token = torch.where(refutable >= 0, refutable, token)
        fell = slots[lying]  # here the boards lose their solution
        self.before[fell] = self.tokens[fell]
        self.before[fell, token[lying]] = OFF
        self._put(slots, token)
        self.wrong[fell] = True
        self.plain[slots] = False
        chosen = torch.zeros_like(which)
        chosen[slots] = True
        self._changed(chosen)

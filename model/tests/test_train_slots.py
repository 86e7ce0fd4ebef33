"""What happens to boards between windows, and the loss of a step."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from hrm_edge.act import halting_logit, should_halt
from hrm_edge.config import HRMConfig
from hrm_edge.data import Boards
from hrm_edge.errors import HrmEdgeError
from hrm_edge.families import structured_grid, structured_sudoku
from hrm_edge.generate import make, propagate
from hrm_edge.kernels import build
from hrm_edge.kernels.build import load
from hrm_edge.tasks import OFF, ON, OPEN, Task
from hrm_edge.train_config import SearchConfig
from hrm_edge.train_loss import step_loss
from hrm_edge.train_slots import Slots

needs_compiler = pytest.mark.skipif(load("sudoku") is None, reason="no C++ compiler to make boards with")
CONFIG = structured_sudoku(32, box_rows=2, box_cols=3)
TASK = Task(CONFIG)
PLAIN = {"givens": 0, "exclusions": 0, "noise": 0, "doomed": 0}
SIZE, WINDOW = 40, 2


def boards(count: int = 60) -> Boards:
    made = make(count, CONFIG.task, seed=2)
    return Boards(made.questions, made.answers, [Path("made")] * count)


def slots(**search) -> Slots:
    return Slots(boards(), TASK, SearchConfig.model_validate(PLAIN | search), SIZE, WINDOW, seed=1)


def logits_of(answers: Tensor, sure: float) -> Tensor:
    """The right answer, believed ``sure`` more than the rest."""
    return (F.one_hot(answers, 6).float() * sure).flatten(1)[..., None]


def check(state: Slots) -> None:
    """What must hold between any two windows."""
    grid = state.tokens.view(SIZE, 36, 6)
    assert ((grid == ON).sum(-1) <= 1).all()
    given = (grid == ON).any(-1)
    assert (grid == OFF).sum(-1)[given].eq(5).all()
    truth = grid.gather(2, state.answers[..., None])[..., 0]
    assert torch.equal((truth == OFF).any(1), state.wrong)  # the true candidate is ruled out exactly on wrong boards
    assert not (state.refuted & ~state.wrong).any()
    refuted = propagate(state.tokens, CONFIG.task) < 0
    assert torch.equal(state.refuted, refuted & state.wrong)
    assert not refuted[~state.wrong].any()


@needs_compiler
def test_fresh_boards_are_the_questions() -> None:
    state = slots()
    assert state.plain.all()
    assert state.fresh.all()
    on = state.tokens.view(SIZE, 36, 6) == ON
    rows = [row.tolist() for row in torch.where(on.any(-1), on.long().argmax(-1) + 1, 0)]
    assert all(row in boards().questions.tolist() for row in rows)
    check(state)


@needs_compiler
def test_a_pass_draws_every_board_once() -> None:
    state = slots()
    drawn = [*state.order[:SIZE].tolist(), *state._draw(20).tolist()]
    assert sorted(drawn) == list(range(60))
    assert sorted(state._draw(60).tolist()) == list(range(60))


@needs_compiler
def test_givens_exclusions_and_lies_are_what_they_say() -> None:
    base = int((slots().tokens == ON).sum())
    more = slots(givens=1)
    assert SIZE <= int((more.tokens == ON).sum()) - base <= 12 * SIZE
    check(more)
    less = slots(exclusions=1)
    assert int((less.tokens == ON).sum()) == base
    assert int((less.tokens == OPEN).sum()) < int((slots().tokens == OPEN).sum())
    check(less)
    doomed = slots(doomed=1)
    assert int(doomed.refuted.sum()) > SIZE // 2
    assert torch.equal(doomed.refuted, doomed.wrong)
    assert not (doomed.plain & doomed.wrong).any()
    check(doomed)


@needs_compiler
def test_solved_boards_leave_and_are_counted() -> None:
    state = slots(leave=1)
    before = state.tokens.clone()
    counts = state.advance(logits_of(state.answers, 9.0), WINDOW)
    assert counts["plain"] == counts["plain_solved"] == SIZE
    assert state.fresh.all()
    assert (state.age == 0).all()
    assert not torch.equal(before, state.tokens)


@needs_compiler
def test_a_board_that_is_never_solved_lives_through_a_search() -> None:
    state = slots(first=1, later=1, steps=60, wrong=0.7)
    torch.manual_seed(0)
    seen = {"wrong": 0, "refuted": 0, "back": 0}
    for _ in range(29):
        was = state.wrong.clone()
        state.advance(torch.randn(SIZE, 216, 1), WINDOW)
        check(state)
        seen["wrong"] += int(state.wrong.sum())
        seen["refuted"] += int(state.refuted.sum())
        seen["back"] += int((was & ~state.wrong & ~state.fresh).sum())
    assert min(seen.values()) > 20
    assert not state.plain.any()
    state.advance(torch.randn(SIZE, 216, 1), WINDOW)
    assert state.fresh.all()  # 60 steps are over


@needs_compiler
def test_without_guesses_the_input_stays() -> None:
    state = slots(guesses=False)
    before = state.tokens.clone()
    for _ in range(5):
        state.advance(torch.randn(SIZE, 216, 1), WINDOW)
    assert torch.equal(state.tokens, before)
    assert not state.wrong.any()


def test_wrong_givens_need_a_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    board = torch.zeros(60, 36, dtype=torch.uint8)
    blank = Boards(board, board + 1, [Path("made")] * 60)
    monkeypatch.setenv("HRM_EDGE_NO_KERNELS", "1")
    monkeypatch.setattr(build, "_built", build._built.__wrapped__)

    def made(task: Task = TASK, **search) -> Slots:
        return Slots(blank, task, SearchConfig.model_validate(search), SIZE, WINDOW, seed=1)

    message = r"^\[search\] with doomed or wrong above 0 needs its C\+\+ helper: HRM_EDGE_NO_KERNELS=1 forbids it$"
    for search in ({}, {"doomed": 0}, {"wrong": 0}):
        with pytest.raises(HrmEdgeError, match=message) as caught:
            made(**search)
        assert caught.value.code == "config"
    state = made(doomed=0, wrong=0, first=1, later=1)
    for _ in range(5):
        state.advance(torch.randn(SIZE, 216, 1), WINDOW)
    assert not state.wrong.any()
    made(guesses=False)
    made(Task(structured_grid(6, 6, "123456", 16)))  # no candidates, no search


@needs_compiler
def test_a_state_goes_on_as_it_would_have() -> None:
    a, b = slots(first=1, later=1), slots(first=1, later=1)
    a.advance(torch.randn(SIZE, 216, 1), WINDOW)
    b.load_state_dict(a.state_dict())
    for _ in range(4):
        noise = torch.randn(SIZE, 216, 1)
        assert a.advance(noise, WINDOW) == b.advance(noise, WINDOW)
    assert torch.equal(a.tokens, b.tokens)


@needs_compiler
def test_hope_is_the_sum_of_beliefs() -> None:
    answers = torch.zeros(2, 36, dtype=torch.int64)
    symbols = torch.stack((logits_of(answers, 18.0)[0] - 9.0, torch.full((216, 1), -9.0))).view(2, 36, 6)
    assert Slots.hopeless(symbols).tolist() == [False, True]


def test_the_loss_by_hand() -> None:
    answers = torch.tensor([[0, 1], [1, 0]])
    logits = torch.tensor([[2.0, 0.0, 1.0, 3.0], [0.5, -1.0, 0.0, 2.0]])[..., None]
    config = structured_sudoku(16, box_rows=1, box_cols=2)
    task = Task(config)
    answers = torch.cat((answers, answers), 1)
    logits = torch.cat((logits, logits), 1)
    q = torch.tensor([[0.3], [-0.2]])
    wrong, refuted = torch.tensor([False, True]), torch.tensor([False, True])
    loss, entropy = step_loss(task, logits, q, answers, wrong, refuted, 0.5, 0.0, 0.1)
    softplus = lambda *x: F.softplus(torch.tensor(x))  # noqa: E731
    cells = softplus(-2.0, -2.0).mean()  # -log softmax of two logits: the right one leads by 2 in both cells
    sound = softplus(-2.0, 0.0, 1.0, -3.0).sum() / 2
    off = softplus(0.5, -1.0, 0.0, 2.0).sum() / 2
    halt = (softplus(-0.3)[0] + softplus(-0.2)[0]) / 2
    assert entropy == pytest.approx(float(cells))
    assert float(loss) == pytest.approx(float(cells / 2 + 0.5 * (sound + off) / 2 + 0.1 * halt))


def test_two_q_outputs_learn_the_halting_that_is_asked_of_them() -> None:
    # A head as it begins, and one that thinks little of halting and less of going on, as official ones may.
    for bias in ([-5.0, -5.0], [-1.0, -4.0]):
        task = Task(structured_grid(1, 2, "ab", 16))
        head = nn.Linear(1, 2)
        with torch.no_grad():
            head.weight.zero_()
            head.bias.copy_(torch.tensor(bias))
        # A quarter of the boards is right, and nothing tells which: none shall halt. Then one feature tells it.
        answers = torch.zeros(8, 2, dtype=torch.int64)
        right = torch.arange(8) < 2
        logits = torch.where(right[:, None, None], 1.0, -1.0) * torch.tensor([1.0, -1.0]).expand(8, 2, 2)
        none = torch.zeros(8, dtype=torch.bool)
        optimizer = torch.optim.Adam(head.parameters(), lr=0.3)
        for feature, halts in ((torch.ones(8, 1), none), (right[:, None].float(), right)):
            for _ in range(60):
                optimizer.zero_grad()
                step_loss(task, logits, head(feature), answers, none, none, 0.0, 0.0, 1.0)[0].backward()
                optimizer.step()
            assert torch.equal(should_halt(head(feature)), halts)
        share = halting_logit(head(torch.zeros(1, 1))).sigmoid().item()
        assert share < 0.1


def test_wrong_boards_that_nothing_refutes_count_as_told() -> None:
    config: HRMConfig = structured_sudoku(16, box_rows=2, box_cols=2)
    logits = torch.randn(3, 64, 1, requires_grad=True)
    wrong = torch.ones(3, dtype=torch.bool)
    args = (torch.zeros(3, 1), torch.zeros(3, 16, dtype=torch.int64), wrong, ~wrong)
    step_loss(Task(config), logits, *args, 0.5, 0.0, 0.1)[0].backward()
    assert logits.grad.abs().max() == 0
    step_loss(Task(config), logits, *args, 0.5, 0.2, 0.1)[0].backward()
    little = logits.grad.clone()
    logits.grad = None
    step_loss(Task(config), logits, args[0], args[1], wrong, wrong, 0.5, 0.2, 0.1)[0].backward()
    assert torch.allclose(little, 0.2 * logits.grad)

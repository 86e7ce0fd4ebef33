"""The fused block against its plain twin."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import torch

from hrm_edge.config import HRMConfig
from hrm_edge.errors import HrmEdgeError
from hrm_edge.families import structured_grid, structured_sudoku
from hrm_edge.hrm import HRM, Carry
from hrm_edge.kernels import build
from hrm_edge.kernels.block import available, fuse
from hrm_edge.lists import Geometry
from hrm_edge.rounding import round_as_engines

# float32 sums in another order, through 2 ACT steps and back: what differs is rounding, relative to the largest entry.
TOLERANCE = 2e-5

needs_compiler = pytest.mark.skipif(build.load("block") is None, reason="no C++ compiler, or no AVX2 and FMA")


def run(model: HRM, tokens: torch.Tensor, carry: Carry) -> list[torch.Tensor]:
    """Outputs of two ACT steps and every gradient, carry included."""
    state = Carry(*(z.clone().requires_grad_() for z in carry))
    now, parts = state, []
    for _ in range(2):
        now, logits, q = model(now, tokens, grad="full")
        parts += [logits, q]
    wanted = [*state, *model.parameters()]
    loss = sum((p * torch.linspace(-1, 1, p.numel()).view_as(p)).sum() for p in [*parts, *now])
    return [*parts, *now, *torch.autograd.grad(loss, wanted, materialize_grads=True)]


@needs_compiler
@pytest.mark.parametrize(
    ("hidden", "heads", "box", "threads"),
    [
        (32, 4, (3, 3), 1),
        (48, 4, (3, 3), 1),
        (64, 4, (2, 3), 1),
        (64, 8, (2, 2), 1),
        (16, 4, (4, 4), 1),
        (32, 4, (2, 3), 3),
    ],
)
def test_outputs_and_gradients_equal_the_plain_twin(hidden, heads, box, threads) -> None:
    expect_equal_twin(structured_sudoku(hidden, heads, box_rows=box[0], box_cols=box[1], H_cycles=1), threads)


@needs_compiler
@pytest.mark.parametrize(
    ("hidden", "heads", "rows", "cols", "threads"),
    [(32, 4, 9, 9, 1), (64, 4, 5, 7, 1), (16, 1, 1, 3, 1), (32, 4, 1, 1, 1), (32, 4, 6, 13, 3)],
)
def test_neighbours_equal_the_plain_twin(hidden, heads, rows, cols, threads) -> None:
    lists = ["neighbours"] * heads
    expect_equal_twin(structured_grid(rows, cols, "# SGo", hidden, heads, lists=lists, H_cycles=1), threads)


@needs_compiler
@pytest.mark.parametrize("box", [(2, 2), (3, 3)])
def test_rounded_as_the_engines_do_it_too(box) -> None:
    model = HRM(structured_sudoku(32, 4, box_rows=box[0], box_cols=box[1]))
    z, injected = (torch.randn(3, model.config.seq_len, 32) for _ in range(2))

    def level() -> list[torch.Tensor]:
        """One level alone: through more of them every difference grows."""
        y = model.L_level(z, injected, model.geometry, None)
        weights = list(model.L_level.parameters())
        return [y, *torch.autograd.grad((y * torch.linspace(-1, 1, y.numel()).view_as(y)).sum(), weights)]

    exact = level()
    round_as_engines(model)
    plain = level()
    assert fuse(model)
    for a, b, c in zip(plain, level(), exact, strict=True):
        # Where a value is halfway between two levels a sum in another order takes the other one.
        assert (a - b).abs().mean() <= (a - c).abs().mean() / 10


def expect_equal_twin(config: HRMConfig, threads: int) -> None:
    model = HRM(config)
    with torch.no_grad():  # these start at zero, where their gradients would hide errors
        for name, value in model.named_parameters():
            if name == "q_head.weight" or name.endswith("list_bias"):
                value.normal_()
    tokens = torch.randint(3, (5, config.seq_len))
    carry = Carry(*(torch.randn(5, config.seq_len, config.hidden_size) for _ in range(2)))
    plain = run(model, tokens, carry)
    torch.set_num_threads(threads)
    try:
        assert fuse(model)
        fused = run(model, tokens, carry)
    finally:
        torch.set_num_threads(1)
    for a, b in zip(plain, fused, strict=True):
        assert (a - b).abs().max() <= TOLERANCE * a.abs().max().clamp(min=1e-3)


@needs_compiler
def test_state_dict_and_other_boards_are_untouched() -> None:
    config = structured_sudoku(32, box_rows=2, box_cols=2)
    model, plain = HRM(config), HRM(config)
    plain.load_state_dict(model.state_dict())
    assert fuse(model)
    assert list(model.state_dict()) == list(plain.state_dict())
    other = Geometry(config, structured_sudoku(32, box_rows=2, box_cols=3).task)
    tokens = torch.randint(3, (2, other.tokens))
    got = model(model.initial_carry(2, geometry=other), tokens, geometry=other)[1]
    want = plain(plain.initial_carry(2, geometry=other), tokens, geometry=other)[1]
    assert torch.equal(got, want)  # the plain blocks themselves


def test_sizes_without_a_kernel_are_refused() -> None:
    assert not available(729, 36, 4, 96, 81, 9)
    assert not available(729, 32, 4, 96, 81, 8)
    assert not available(125, 32, 4, 96, 25, 5)
    assert not available(81, 48, 4, 128, 0, 4)  # heads of 12 along a table


@needs_compiler
def test_lists_that_are_no_one_table_stay_plain() -> None:
    assert not fuse(HRM(structured_grid(3, 4, "# SGo", lists=["neighbours", "neighbours", "row", "column"])))
    assert not fuse(HRM(structured_grid(3, 4, "# SGo", lists=["row", "row", "row", "row"])))


def test_without_a_compiler_the_plain_blocks_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "compiler", lambda: None)
    assert build._built.__wrapped__("block")[0] is None


def test_a_compiler_that_fails_is_no_compiler(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    calls = []

    def refuse(command, **_):
        calls.append(command)
        raise subprocess.CalledProcessError(1, command)

    monkeypatch.setattr(subprocess, "run", refuse)
    monkeypatch.setattr(build, "compiler", lambda: "c++")
    assert build._built.__wrapped__("block")[0] is None
    assert len(calls) == 1
    assert not list((tmp_path / "hrm-edge").iterdir())


@pytest.mark.parametrize(
    ("variables", "cxx", "message"),
    [
        ({"HRM_EDGE_NO_KERNELS": "1"}, "c++", r"making mazes needs its C\+\+ helper: HRM_EDGE_NO_KERNELS=1 forbids it"),
        ({}, None, r"making mazes needs a C\+\+17 compiler \(c\+\+, g\+\+ or clang\+\+\)"),
        ({}, "false", r"making mazes needs a C\+\+17 compiler, and false fails: exit code 1"),
        ({"XDG_CACHE_HOME": "/dev/null"}, "true", r"below XDG_CACHE_HOME: .*Not a directory: '/dev/null/hrm-edge"),
    ],
)
def test_why_there_is_no_kernel_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variables: dict[str, str], cxx: str | None, message: str
) -> None:
    for name, value in ({"XDG_CACHE_HOME": str(tmp_path), "HRM_EDGE_NO_KERNELS": "0"} | variables).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(build, "compiler", lambda: cxx)
    monkeypatch.setattr(build, "_built", build._built.__wrapped__)
    with pytest.raises(HrmEdgeError, match=message):
        build.require("maze", "making mazes")

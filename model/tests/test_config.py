from __future__ import annotations

import json
from typing import Any

import pytest

from hrm_edge.config import MAZE_SYMBOLS, HRMConfig, TaskConfig, sudoku_task
from hrm_edge.errors import HrmEdgeError
from hrm_edge.families import structured_sudoku
from hrm_edge.golden import GOLDEN

from .conftest import CONFIGS


def test_json_round_trip(config: HRMConfig) -> None:
    assert HRMConfig.parse(config.to_json()) == config
    assert "null" not in config.to_json()


def test_intermediate_size_is_eight_thirds_rounded_up() -> None:
    assert [structured_sudoku(d).intermediate_size for d in (32, 48, 64)] == [96, 128, 192]


@pytest.mark.parametrize(
    ("base", "change", "message"),
    [
        ("candidates-4x4", {"hidden_size": 18}, "hidden_size"),
        ("candidates-4x4", {"num_heads": 3}, "multiple of num_heads"),
        (
            "candidates-4x4",
            {"num_heads": 8},
            "hidden_size 16 over 8 heads is 2 each, not a multiple of 4 up to 256",
        ),
        ("candidates-4x4", {"hidden_sise": 16}, "hidden_sise: no such key; there are hidden_size, num_heads,"),
        (
            "candidates-4x4",
            {"task": sudoku_task(2, 2).model_dump() | {"row": 4}},
            r"task\.row: no such key; there are name, kind,",
        ),
        ("candidates-4x4", {"hidden_size": 8192}, "hidden_size"),
        ("candidates-4x4", {"H_layers": 24, "L_layers": 25}, "more than 48 together"),
        ("candidates-4x4", {"lists": ["cell"]}, "1 lists for 4 heads"),
        ("candidates-4x4", {"lists": ["cell", "row", "column", "all"]}, "'all'"),
        ("candidates-4x4", {"vocab_size": 4}, "candidates have vocab_size 3"),
        ("candidates-4x4", {"seq_len": 63}, "seq_len 63"),
        ("candidates-4x4", {"pos_encodings": "rope"}, "no position encoding"),
        ("candidates-4x4", {"rms_norm_eps": 0.0}, "rms_norm_eps"),
        ("candidates-4x4", {"rms_norm_eps": float("nan")}, "rms_norm_eps"),
        ("candidates-4x4", {"hidden_size": "16"}, "hidden_size"),
        ("candidates-4x4", {"colour": 1}, "colour"),
        ("candidates-4x4", {"task": CONFIGS["cells-lists"].task.model_dump()}, "only sudoku tasks have boxes"),
        (
            "candidates-4x4",
            {"lists": [], "attention": "full", "task": CONFIGS["cells-lists"].task.model_dump()},
            "need a s",
        ),
        ("cells-lists", {"lists": ["cell"] * 6}, "'cell'"),
        ("cells-lists", {"lists": ["box"] * 6}, "only sudoku tasks have boxes"),
        ("cells-lists", {"vocab_size": 4}, "vocab_size 4 for 5 symbols"),
        ("cells-lists", {"puzzle_emb_len": 1, "num_puzzle_identifiers": 1}, "no puzzle-embedding prefix"),
        (
            "cells-lists",
            {"task": CONFIGS["cells-lists"].task.model_dump() | {"rows": 65, "cols": 64}, "seq_len": 4160},
            "attention over 17858880 places, more than",
        ),
        ("full-rope", {"task": sudoku_task(2, 2, ["", *".123x"]).model_dump()}, "needs the symbol '4'"),
        ("full-rope", {"task": sudoku_task(2, 2, ["", *"01234"]).model_dump()}, "needs the symbol '.'"),
        ("full-rope", {"list_bias": True}, "neither lists nor list_bias"),
        ("full-rope", {"hidden_size": 24}, "hidden_size 24 over 2 heads is 12 each, and rope needs a multiple of 8"),
        ("full-rope", {"puzzle_emb_len": 0}, "both zero or both positive"),
        ("full-rope", {"q_outputs": 3}, "q_outputs"),
    ],
)
def test_refuses(base: str, change: dict[str, Any], message: str) -> None:
    data = CONFIGS[base].model_dump(exclude_none=True) | change
    with pytest.raises(HrmEdgeError, match=message) as caught:
        HRMConfig.parse(data)
    assert caught.value.code == "config"


@pytest.mark.parametrize(
    "task",
    [
        {"name": "sudoku", "kind": "sudoku", "rows": 9, "cols": 9},
        {"name": "sudoku", "kind": "sudoku", "rows": 9, "cols": 8, "box_rows": 3, "box_cols": 3},
        {"name": "sudoku", "kind": "sudoku", "rows": 30, "cols": 30, "box_rows": 5, "box_cols": 6},
        {"name": "grid", "kind": "grid", "rows": 3, "cols": 3, "box_rows": 3, "box_cols": 3},
        {"name": "grid", "kind": "grid", "rows": 3, "cols": 3, "symbols": ["a", "a"]},
        {"name": "grid", "kind": "grid", "rows": 3, "cols": 3, "symbols": ["ab", "c"]},
        {"name": "grid", "kind": "grid", "rows": 3, "cols": 3, "symbols": ["a", "\n"]},
        {"name": "grid", "kind": "grid", "rows": 3, "cols": 3, "symbols": ["a", "\U0001f600"]},
        {"name": "Bad Name", "kind": "grid", "rows": 3, "cols": 3},
    ],
)
def test_refuses_task(task: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        TaskConfig.model_validate_json(json.dumps(task))


@pytest.mark.parametrize(
    ("symbol", "message"),
    [
        ("ab", "'ab' is more than one character"),
        ("\n", r"'\\n' ends a row"),
        ("\r", r"'\\r' ends a row"),
        ("\U00010000", "no single UTF-16 unit"),
        ("\U0001f600", "'\U0001f600' is no single UTF-16 unit: emoji cannot be symbols"),
    ],
)
def test_a_symbol_that_cannot_be_is_named(symbol: str, message: str) -> None:
    with pytest.raises(ValueError, match=rf"symbols\.1\n.*{message}"):
        TaskConfig(name="grid", kind="grid", rows=1, cols=1, symbols=["\uffff", symbol])


@pytest.mark.parametrize("embed_scale", [0.0, 64.1])
def test_embed_scale_is_bounded(embed_scale: float) -> None:
    data = CONFIGS["full-rope"].model_dump(exclude_none=True) | {"embed_scale": embed_scale}
    with pytest.raises(HrmEdgeError, match="embed_scale"):
        HRMConfig.parse(data)


def test_refuses_text_that_is_not_json() -> None:
    with pytest.raises(HrmEdgeError, match="JSON"):
        HRMConfig.parse("{")


def test_sudoku_sizes() -> None:
    assert [sudoku_task(*box).rows for box in ((2, 2), (2, 3), (3, 3), (4, 4))] == [4, 6, 9, 16]


LIMITS = json.loads((GOLDEN.parent / "helpers" / "board-limits.json").read_text())
REASONS = {"places": r"attention over \d+ places, more than 16777216", "step": "multiply-adds in a step, more than"}


@pytest.mark.parametrize("case", LIMITS["cases"], ids=lambda case: case["name"])
def test_boards_are_bounded_as_in_typescript(case: dict[str, Any]) -> None:
    (rows, cols), walled = case["board"], case.get("walled")
    task = {"name": "pair", "kind": "grid", "rows": rows, "cols": cols, "symbols": ["a", "b"]}
    if walled:
        task |= {"kind": "maze", "symbols": list(MAZE_SYMBOLS), "walled": True}
    symbols = len(task["symbols"])
    tokens = (rows + 2) * (cols + 2) if walled else rows * cols
    sizes = {"vocab_size": symbols, "output_size": symbols, "seq_len": tokens, "task": task}
    data = json.dumps(LIMITS["config"] | sizes | case["change"])
    if case["refused"]:
        with pytest.raises(HrmEdgeError, match=REASONS[case["refused"]]):
            HRMConfig.parse(data)
    else:
        assert HRMConfig.parse(data).seq_len == tokens

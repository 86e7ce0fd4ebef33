from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from hrm_edge.checkpoint import build_model, load_checkpoint, save_checkpoint
from hrm_edge.config import HRMConfig
from hrm_edge.errors import HrmEdgeError
from hrm_edge.families import structured_grid, structured_maze, structured_sudoku
from hrm_edge.golden import WEIGHTS, random_state
from hrm_edge.train_state import barred
from hrm_edge.widen import widen, widen_config

from .conftest import CONFIGS, invoke

TINY = structured_sudoku(16, 4, box_rows=2, box_cols=2)
KINDS = CONFIGS | {
    "sudoku": TINY,
    "grid": structured_grid(3, 4, ".#ab", 16, 4),
    "maze": structured_maze(3, 5, 16, 4),
    "grid-learned": structured_grid(3, 4, ".#ab", 16, 4, attention="full", pos_encodings="learned"),
    "grid-rope": structured_grid(3, 4, ".#ab", 16, 2, attention="full", pos_encodings="rope"),
}
READERS = ("_proj.weight", "head.weight")  # of what stands twice


@torch.no_grad()
def run(config: HRMConfig, state: dict[str, Tensor]) -> tuple[Tensor, Tensor, Tensor]:
    """State ``[2, B, T, d]``, logits and q after three ACT steps on two boards.

    All in f64: cycle by cycle a model blows up what rounding leaves, one with random weights tenfold and more.
    """
    rng = torch.Generator().manual_seed(3)
    tokens = torch.randint(config.vocab_size, (2, config.seq_len), generator=rng)
    ids = torch.arange(2) % config.num_puzzle_identifiers if config.puzzle_emb_len else None
    model = build_model(config, state).double()
    carry = model.initial_carry(2, dtype=torch.float64)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Tensor, "float", Tensor.double)
        for _ in range(3):
            carry, logits, q = model(carry, tokens, ids)
    assert q.dtype == torch.float64
    return torch.stack(carry), logits, q


@pytest.mark.parametrize("kind", KINDS)
def test_the_wide_model_computes_the_same(kind: str) -> None:
    config = KINDS[kind]
    state = random_state(config, 7)
    before = {name: tensor.clone() for name, tensor in state.items()}
    wide, wide_state = widen(config, state)
    (carry, logits, q), (wide_carry, wide_logits, wide_q) = run(config, state), run(wide, wide_state)
    torch.testing.assert_close(wide_logits, logits, atol=1e-9, rtol=0)
    torch.testing.assert_close(wide_q, q, atol=1e-9, rtol=0)
    torch.testing.assert_close(wide_carry, carry.repeat_interleave(2, -1), atol=1e-9, rtol=0)
    assert logits.std() > 0.1  # or it would say nothing
    assert wide.hidden_size == 2 * config.hidden_size
    assert wide.head_dim == config.head_dim
    assert all(torch.equal(state[name], tensor) for name, tensor in before.items())


@pytest.mark.parametrize("kind", ["sudoku", "grid", "full-rope"])
def test_copies_split_their_weights_at_random(kind: str) -> None:
    config = KINDS[kind]
    state = random_state(config, 7)
    wide = widen(config, state)[1]
    for name in filter(lambda name: name.endswith(READERS), state):
        block = config.head_dim if "o_proj" in name.split(".") else 1
        rows = state[name]
        if name.endswith("_proj.weight"):
            height = config.head_dim if "qkv_proj" in name.split(".") else 1
            copies = wide[name].unflatten(0, (-1, 2, height))
            rows = rows.unflatten(0, (-1, 1, height)).expand(-1, 2, -1, -1).flatten(0, 2)
            # Copies of a row that differ, where there is anything to split.
            assert (copies[:, 0] != copies[:, 1])[copies[:, 0] != 0].float().mean() > 0.99
        first, second = wide[name].unflatten(1, (-1, 2, block)).unbind(2)
        assert torch.equal(first.flatten(1) + second.flatten(1), rows)
        share = (first.flatten(1) / rows)[rows != 0]
        assert 0.249 < share.min() < share.max() < 0.751
        assert share.std() > 0.1


def test_gradients_take_the_copies_apart() -> None:
    config, state = widen(TINY, random_state(TINY, 7))
    model = build_model(config, state)
    _, logits, _ = model(model.initial_carry(1), torch.zeros(1, config.seq_len, dtype=torch.int64))
    logits.square().sum().backward()
    for name, weight in model.named_parameters():
        if name.endswith("gate_up_proj.weight"):
            first, second = weight.grad.unflatten(0, (-1, 2)).unbind(1)
            assert (first - second).abs().max() > 1e-3 * first.abs().max()


def test_the_same_seed_splits_alike() -> None:
    state = random_state(TINY, 7)
    backwards = dict(reversed(state.items()))
    first, again, other = widen(TINY, state, 5)[1], widen(TINY, backwards, 5)[1], widen(TINY, state, 6)[1]
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first["lm_head.weight"], other["lm_head.weight"])


def test_families_stay_families() -> None:
    assert widen_config(structured_sudoku(32, 4, H_cycles=7)) == structured_sudoku(64, 8, H_cycles=7)
    assert widen_config(structured_maze(30, 30, 32, 4)) == structured_maze(30, 30, 64, 8)


@pytest.mark.parametrize(
    ("hidden", "heads", "inter", "wrong"),
    [(2052, 27, 96, "hidden_size"), (256, 64, 96, "num_heads"), (16, 4, 2052, "intermediate_size")],
)
def test_a_config_that_cannot_be_doubled_is_refused(hidden: int, heads: int, inter: int, wrong: str) -> None:
    config = structured_grid(2, 2, ".#", hidden, heads, lists=["row"] * heads, intermediate_size=inter)
    with pytest.raises(HrmEdgeError, match=f"{wrong}: ") as caught:
        widen(config, {})
    assert caught.value.code == "config"


def test_a_state_of_another_model_is_refused() -> None:
    state = random_state(TINY, 7)
    del state["H_init"]
    with pytest.raises(HrmEdgeError, match="no tensor H_init") as caught:
        widen(TINY, state)
    assert caught.value.code == "checkpoint"


def test_widen_command(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "narrow.pt", TINY, random_state(TINY, 7), step=300, seconds=5400.0)
    said = invoke("widen", tmp_path / "narrow.pt", tmp_path / "wide.pt", "--seed", 5)
    assert '"hidden_size":32' in said
    config, state = load_checkpoint(tmp_path / "wide.pt")
    wanted = widen(TINY, random_state(TINY, 7), 5)
    assert config == wanted[0]
    assert all(torch.equal(state[name], tensor) for name, tensor in wanted[1].items())


def test_widen_what_ships_for_training(tmp_path: Path) -> None:
    invoke("widen", WEIGHTS / "sudoku-1k.safetensors", tmp_path / "wide.pt")
    config, _ = load_checkpoint(tmp_path / "wide.pt")
    assert config.H_cycles == 7
    assert barred(config, structured_sudoku(64, 8)) is None

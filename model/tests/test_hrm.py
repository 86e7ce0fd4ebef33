from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from hrm_edge.attention import group_attention
from hrm_edge.config import HRMConfig, sudoku_task
from hrm_edge.errors import HrmEdgeError
from hrm_edge.families import structured_sudoku
from hrm_edge.hrm import HRM, Carry, Embedding, Linear
from hrm_edge.layout import state_shapes
from hrm_edge.lists import Geometry
from hrm_edge.tasks import Task

from .conftest import CONFIGS


def random_tokens(config: HRMConfig, batch: int = 2) -> Tensor:
    return torch.randint(0, config.vocab_size, (batch, config.seq_len))


@pytest.mark.parametrize("box", [(2, 2), (2, 3), (3, 3), (4, 4)])
def test_one_set_of_weights_runs_on_every_sudoku_size(box: tuple[int, int]) -> None:
    model = HRM(structured_sudoku(16, H_layers=1, L_layers=1, H_cycles=1))
    geometry = Geometry(model.config, sudoku_task(*box))
    n = box[0] * box[1]
    tokens = torch.randint(0, 3, (1, n**3))
    carry, logits, q = model(model.initial_carry(1, geometry=geometry), tokens, geometry=geometry)
    assert carry.z_H.shape == carry.z_L.shape == (1, n**3, 16)
    assert logits.shape == (1, n**3, 1)
    assert q.shape == (1, 1)
    assert logits.isfinite().all()


def test_shapes_of_every_family(config: HRMConfig) -> None:
    model = HRM(config)
    carry, logits, q = model(model.initial_carry(2), random_tokens(config))
    assert carry.z_L.shape == (2, config.puzzle_emb_len + config.seq_len, config.hidden_size)
    assert logits.shape == (2, config.seq_len, config.output_size)
    assert q.shape == (2, config.q_outputs)


def test_state_dict_is_the_table_of_the_format(config: HRMConfig) -> None:
    state = HRM(config).state_dict()
    assert {name: tuple(t.shape) for name, t in state.items()} == state_shapes(config)


def test_parameter_count_of_the_design() -> None:
    model = HRM(structured_sudoku(32))
    assert sum(p.numel() for p in model.parameters()) == 53409


def test_refuses_a_board_of_another_size() -> None:
    model = HRM(CONFIGS["candidates-4x4"])
    with pytest.raises(HrmEdgeError, match="63 tokens for a board of 64"):
        model(model.initial_carry(1), torch.zeros(1, 63, dtype=torch.int64))


def test_starts_as_published() -> None:
    model = HRM(CONFIGS["full-rope"])
    assert (model.q_head.weight == 0).all()
    assert (model.q_head.bias == -5).all()
    assert (model.puzzle_emb.weights == 0).all()
    wide = Linear(256, 4096).weight
    assert wide.std().item() == pytest.approx(1 / 16, rel=0.01)
    assert wide.abs().max().item() <= 2 / 16 / 0.8796
    assert Embedding(4096, 64, 0.125).embedding_weight.std().item() == pytest.approx(0.125, rel=0.01)
    assert "H_init" in dict(model.named_buffers())


def test_embedding_has_deviation_one_whatever_its_scale() -> None:
    model = HRM(CONFIGS["full-learned"].model_copy(update={"hidden_size": 512, "embed_scale": math.sqrt(512)}))
    x = model.embed(random_tokens(CONFIGS["full-learned"], 64))[:, 1:]
    assert x.std().item() == pytest.approx(1, rel=0.2)


def _gradients(grad: str, H_cycles: int = 2, L_cycles: int = 2) -> tuple[HRM, Carry, dict[str, Tensor]]:
    torch.manual_seed(3)
    config = structured_sudoku(16, box_rows=2, box_cols=2, H_cycles=H_cycles, L_cycles=L_cycles)
    model = HRM(config).double()
    start = Carry(*(t.double().requires_grad_() for t in model.initial_carry(2)))
    _, logits, q = model(start, random_tokens(config), grad=grad)
    (logits.square().sum() + q.sum()).backward()
    return model, start, {name: p.grad for name, p in model.named_parameters()}


def test_gradient_reaches_as_far_as_asked() -> None:
    grads = {mode: _gradients(mode) for mode in ("one", "cycle", "full")}
    name = "L_level.layers.0.mlp.down_proj.weight"
    for first, second in (("one", "cycle"), ("cycle", "full")):
        assert not torch.allclose(grads[first][2][name], grads[second][2][name])
    assert grads["one"][1].z_H.grad is None
    assert grads["cycle"][1].z_L.grad is None
    assert grads["full"][1].z_H.grad is not None
    assert all(g is not None for mode in grads for g in grads[mode][2].values())


def test_modes_agree_where_they_must() -> None:
    # With a single pass of L in a single cycle, there is nothing to cut off inside the step.
    alone = {mode: _gradients(mode, 1, 1)[2] for mode in ("one", "cycle", "full")}
    one_cycle = {mode: _gradients(mode, 1, 2)[2] for mode in ("cycle", "full")}
    for name in alone["one"]:
        torch.testing.assert_close(alone["one"][name], alone["cycle"][name])
        torch.testing.assert_close(alone["one"][name], alone["full"][name])
        torch.testing.assert_close(one_cycle["cycle"][name], one_cycle["full"][name])


def test_one_step_gradient_is_that_of_the_last_passes() -> None:
    config = CONFIGS["candidates-4x4"].model_copy(update={"H_cycles": 2})
    model, tokens = HRM(config), random_tokens(CONFIGS["candidates-4x4"])
    start = model.initial_carry(2)
    model(start, tokens)[1].square().sum().backward()
    got = model.L_level.layers[0].mlp.down_proj.weight.grad.clone()
    model.zero_grad()
    geometry, x = model.geometry, model.embed(tokens)
    with torch.no_grad():
        z_H, z_L = start
        for i in range(3):
            z_L = model.L_level(z_L, z_H + x, geometry, None)
            z_H = model.H_level(z_H, z_L, geometry, None) if i == 1 else z_H
    z_L = model.L_level(z_L, z_H + x, geometry, None)
    model.lm_head(model.H_level(z_H, z_L, geometry, None)).square().sum().backward()
    torch.testing.assert_close(got, model.L_level.layers[0].mlp.down_proj.weight.grad)


def test_every_mode_has_the_same_values() -> None:
    model = HRM(CONFIGS["candidates-4x4"])
    tokens, carry = random_tokens(model.config), model.initial_carry(2)
    outs = [model(carry, tokens, grad=mode)[1] for mode in ("one", "cycle", "full")]
    assert torch.equal(outs[0], outs[1])
    assert torch.equal(outs[0], outs[2])


def test_two_steps_are_one_of_twice_the_cycles() -> None:
    short = HRM(CONFIGS["candidates-4x4"])
    long = HRM(short.config.model_copy(update={"H_cycles": 2 * short.config.H_cycles}))
    long.load_state_dict(short.state_dict())
    tokens, start = random_tokens(short.config), short.initial_carry(2)
    carry, _, _ = short(start, tokens)
    for one, other in zip(short(carry, tokens), long(start, tokens), strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=0)


def test_bf16_carry_runs_in_bf16_and_gives_f32_heads() -> None:
    model = HRM(structured_sudoku(32, box_rows=2, box_cols=2))
    carry, logits, q = model(model.initial_carry(1, dtype=torch.bfloat16), random_tokens(model.config, 1))
    assert carry.z_H.dtype == carry.z_L.dtype == torch.bfloat16
    assert logits.dtype == q.dtype == torch.float32


def test_lists_of_one_shape_are_one_call(monkeypatch: pytest.MonkeyPatch) -> None:
    model = HRM(structured_sudoku(16, box_rows=2, box_cols=2))
    calls: list[torch.Size] = []

    def counting(q: Tensor, k: Tensor, v: Tensor, bias: Tensor | None) -> Tensor:
        calls.append(q.shape)
        return group_attention(q, k, v, bias)

    monkeypatch.setattr("hrm_edge.hrm.group_attention", counting)
    model(model.initial_carry(2), random_tokens(model.config))
    # 2 cycles of 2 L passes and 1 H pass, 2 layers each; all four lists in one call.
    assert calls == [torch.Size([2, 4, 16, 4, 4])] * 12


def test_puzzle_ids_choose_the_prefix() -> None:
    model = HRM(CONFIGS["full-rope"])
    torch.nn.init.normal_(model.puzzle_emb.weights)
    tokens = random_tokens(model.config)
    x = model.embed(tokens, torch.tensor([2, 0]))
    prefix = model.puzzle_emb.weights.view(3, 2, 16) * model.config.embed_scale
    torch.testing.assert_close(x[0, :2], prefix[2])
    torch.testing.assert_close(x[1, :2], prefix[0])
    assert torch.equal(model.embed(tokens), model.embed(tokens, torch.tensor([0, 0])))


def test_prefix_tokens_have_no_logits_and_q_reads_token_zero() -> None:
    model = HRM(CONFIGS["full-rope"])
    torch.nn.init.normal_(model.q_head.weight)
    carry, logits, q = model(model.initial_carry(1), random_tokens(model.config, 1))
    torch.testing.assert_close(logits, model.lm_head(carry.z_H[:, 2:]))
    torch.testing.assert_close(q, model.q_head(carry.z_H[:, 0]))


# Symmetries of a structured Sudoku model. 6x6, whose boxes are not square, and 9x9.


def _cells(n: int, rows: Tensor, cols: Tensor) -> Tensor:
    return (rows[:, None] * n + cols).flatten()


def _permutation(n: int, band: int) -> Tensor:
    """Permutes bands of ``band`` lines, and the lines inside each."""
    bands = torch.randperm(n // band)
    return torch.cat([b * band + torch.randperm(band) for b in bands])


def _final(model: HRM, geometry: Geometry, board: Tensor) -> tuple[Tensor, Tensor]:
    task = Task(model.config, geometry.task)
    carry = model.initial_carry(1, geometry=geometry)
    for _ in range(2):
        carry, logits, q = model(carry, task.encode(board[None]), geometry=geometry)
    return task.symbol_logits(logits)[0], q[0]


@pytest.fixture(params=[(2, 3), (3, 3)])
def symmetric(request: pytest.FixtureRequest) -> tuple[HRM, Geometry, Tensor]:
    model = HRM(structured_sudoku(16, H_layers=1)).eval()
    torch.nn.init.normal_(model.q_head.weight)
    geometry = Geometry(model.config, sudoku_task(*request.param))
    n = geometry.task.rows
    board = torch.where(torch.rand(n * n) < 0.3, torch.randint(1, n + 1, (n * n,)), 0)
    return model, geometry, board


def test_relabelling_symbols_permutes_the_output(symmetric: tuple[HRM, Geometry, Tensor]) -> None:
    model, geometry, board = symmetric
    plain, q = _final(model, geometry, board)
    new = torch.randperm(geometry.task.rows)
    relabelled = torch.cat((torch.zeros(1, dtype=torch.int64), new + 1))[board]
    logits, q_new = _final(model, geometry, relabelled)
    torch.testing.assert_close(logits[:, new], plain, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(q, q_new, atol=1e-4, rtol=1e-4)


def test_moving_rows_columns_bands_and_stacks_permutes_the_output(symmetric: tuple[HRM, Geometry, Tensor]) -> None:
    model, geometry, board = symmetric
    n = geometry.task.rows
    cells = _cells(n, _permutation(n, geometry.task.box_rows), _permutation(n, geometry.task.box_cols))
    plain, _ = _final(model, geometry, board)
    moved, _ = _final(model, geometry, board[cells])
    torch.testing.assert_close(moved, plain[cells], atol=1e-4, rtol=1e-4)


def test_moving_a_single_row_to_another_band_does_not(symmetric: tuple[HRM, Geometry, Tensor]) -> None:
    model, geometry, board = symmetric
    n = geometry.task.rows
    rows = torch.arange(n).roll(1)
    cells = _cells(n, rows, torch.arange(n))
    plain, _ = _final(model, geometry, board)
    moved, _ = _final(model, geometry, board[cells])
    assert not torch.allclose(moved, plain[cells], atol=1e-2)


def test_transposing_permutes_the_output_when_row_and_column_heads_change_places() -> None:
    config = structured_sudoku(16, box_rows=3, box_cols=3, H_layers=1)
    twin = config.model_copy(update={"lists": ["cell", "column", "row", "box"]})
    model = HRM(config).eval()
    swapped = HRM(twin).eval()
    swapped.load_state_dict(model.state_dict())
    board = torch.where(torch.rand(81) < 0.3, torch.randint(1, 10, (81,)), 0)
    transposed = torch.arange(81).view(9, 9).T.flatten()
    plain, _ = _final(model, model.geometry, board)
    turned, _ = _final(swapped, swapped.geometry, board[transposed])
    torch.testing.assert_close(turned, plain[transposed], atol=1e-4, rtol=1e-4)
    same, _ = _final(model, model.geometry, board[transposed])
    assert not torch.allclose(same, plain[transposed], atol=1e-2)

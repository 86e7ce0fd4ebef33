from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from torch import Tensor

from hrm_edge.act import run
from hrm_edge.card import ModelCard
from hrm_edge.checkpoint import build_model
from hrm_edge.config import HRMConfig
from hrm_edge.errors import HrmEdgeError
from hrm_edge.hrm import HRM
from hrm_edge.lists import Geometry
from hrm_edge.quantise import check_state, dequantise, quantise_rows, quantise_state
from hrm_edge.quantised import QuantisedHRM
from hrm_edge.weights_file import WeightsFile

from .conftest import CONFIGS

# Seven-bit activations: half a step of 1/63 of a row's largest value in every matrix product of an ACT step.
FLOAT_TOLERANCE = 0.08


@given(hnp.arrays(np.float32, (3, 5), elements=st.floats(-1e4, 1e4, width=32)))
def test_rows_come_back_within_half_a_step(weight: np.ndarray) -> None:
    w = torch.from_numpy(weight)
    quantised, scale = quantise_rows(w)
    assert quantised.dtype == torch.int8
    assert quantised.abs().max() <= 127
    # Half a step, and as much again where the scale itself is subnormal and so coarse.
    slack = 0.5001 * scale[:, None] + 127 * 2.0**-149
    assert ((dequantise(quantised, scale) - w).abs() <= slack).all()


def test_a_row_of_zeros_has_scale_zero() -> None:
    quantised, scale = quantise_rows(torch.tensor([[0.0, -0.0], [1.0, -2.0], [1e-45, 0.0]]))
    assert quantised.tolist() == [[0, 0], [64, -127], [0, 0]]
    assert scale.tolist() == [0.0, np.float32(2) / np.float32(127), 0.0]


def test_ties_go_to_even() -> None:
    quantised, _ = quantise_rows(torch.tensor([[127.0, 0.5, 1.5, 2.5, -0.5, -1.5]]))
    assert quantised.tolist() == [[127, 0, 2, 2, 0, -2]]


def weights_of(config: HRMConfig, state: dict[str, Tensor]) -> WeightsFile:
    return WeightsFile(config, ModelCard(name="test"), quantise_state(state, config)[0])


def test_quantised_forward_is_close_to_float(config: HRMConfig) -> None:
    torch.manual_seed(1)
    state = HRM(config).state_dict()
    tokens = torch.randint(0, config.vocab_size, (2, config.seq_len))
    quantised = next(run(QuantisedHRM(weights_of(config, state)), tokens, 1))
    plain = next(run(build_model(config, state), tokens, 1))
    for got, want in zip(quantised, plain, strict=True):
        error = (got - want).square().mean().sqrt() / want.square().mean().sqrt()
        assert error < FLOAT_TOLERANCE, f"{config.attention}: {error:.3f}"


def test_the_forward_is_not_just_the_dequantised_float_model(config: HRMConfig, state: dict[str, Tensor]) -> None:
    weights = weights_of(config, state)
    tokens = torch.randint(0, config.vocab_size, (1, config.seq_len))
    quantised = next(run(QuantisedHRM(weights), tokens, 1))[0]
    plain = next(run(build_model(config, weights.float_state()), tokens, 1))[0]
    assert not torch.equal(quantised, plain)


def test_boards_do_not_depend_on_their_batch(config: HRMConfig, state: dict[str, Tensor]) -> None:
    model = QuantisedHRM(weights_of(config, state))
    tokens = torch.randint(0, config.vocab_size, (3, config.seq_len))
    ids = torch.arange(3) % max(1, config.num_puzzle_identifiers)
    together = list(run(model, tokens, 2, puzzle_ids=ids))[-1]
    for i in range(3):
        alone = list(run(model, tokens[i : i + 1], 2, puzzle_ids=ids[i : i + 1]))[-1]
        assert torch.equal(alone[0][0], together[0][i])
        assert torch.equal(alone[1][0], together[1][i])


def test_runs_on_other_board_sizes() -> None:
    config = CONFIGS["candidates-4x4"]
    model = QuantisedHRM(weights_of(config, HRM(config).state_dict()))
    task = config.task.model_copy(update={"rows": 6, "cols": 6, "box_cols": 3})
    geometry = Geometry(config, task)
    logits, _ = next(run(model, torch.zeros(1, 216, dtype=torch.int64), 1, geometry=geometry))
    assert logits.shape == (1, 216, 1)
    with pytest.raises(HrmEdgeError, match="216 tokens for a board of 64"):
        next(run(model, torch.zeros(1, 216, dtype=torch.int64), 1))


def test_worst_errors_are_reported_for_every_matrix(config: HRMConfig, state: dict[str, Tensor]) -> None:
    _, errors = quantise_state(state, config)
    assert len(errors) == 4 * (config.H_layers + config.L_layers)
    assert all(0 < error.relative <= 0.5001 / 127 for error in errors)
    assert all(error.absolute > 0 for error in errors)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -65505.0])
@pytest.mark.parametrize("name", ["H_init", "L_level.layers.0.mlp.down_proj.weight"])
def test_refuses_values_a_file_cannot_hold(name: str, value: float) -> None:
    config = CONFIGS["candidates-4x4"]
    state = HRM(config).state_dict()
    state[name].view(-1)[3] = value
    with pytest.raises(HrmEdgeError, match=name) as caught:
        quantise_state(state, config)
    assert caught.value.code == "quantise"


def test_refuses_another_models_state() -> None:
    config = CONFIGS["candidates-4x4"]
    state = HRM(config).state_dict()
    missing = {name: t for name, t in state.items() if name != "H_init"}
    for changed, message in (
        (missing, "no tensor H_init"),
        (state | {"extra": torch.zeros(1)}, "extra is not part"),
        (state | {"H_init": torch.zeros(17)}, r"H_init is \[17\], the config needs \[16\]"),
    ):
        with pytest.raises(HrmEdgeError, match=message):
            check_state(changed, config)


@pytest.mark.parametrize(
    "value",
    [
        3,
        torch.zeros(16, dtype=torch.int32),
        torch.zeros(16, dtype=torch.complex64),
        torch.zeros(16, device="meta"),
        torch.zeros(16).to_sparse(),
        torch.zeros(16, dtype=torch.float8_e5m2),
    ],
    ids=lambda value: str(getattr(value, "dtype", value)),
)
def test_refuses_what_is_no_plain_tensor(value: object) -> None:
    config = CONFIGS["candidates-4x4"]
    with pytest.raises(HrmEdgeError, match=r"names and tensors only|H_init is no dense tensor of floats") as caught:
        check_state(HRM(config).state_dict() | {"H_init": value}, config)
    assert caught.value.code == "checkpoint"

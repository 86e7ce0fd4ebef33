"""Training that knows of int8."""

from __future__ import annotations

import pytest
import torch

from hrm_edge.act import run
from hrm_edge.card import ModelCard
from hrm_edge.config import HRMConfig
from hrm_edge.families import structured_grid, structured_sudoku
from hrm_edge.hrm import HRM
from hrm_edge.quantise import quantise_state
from hrm_edge.quantised import QuantisedHRM
from hrm_edge.rounding import round_as_engines, round_rows, round_weight
from hrm_edge.weights_file import WeightsFile


@pytest.mark.parametrize("round_it", [round_rows, round_weight])
def test_gradients_pass_unchanged(round_it) -> None:
    x = torch.randn(5, 16, requires_grad=True)
    rounded = round_it(x)
    assert not torch.equal(rounded, x)
    slope = torch.randn(5, 16)
    assert torch.equal(torch.autograd.grad(rounded, x, slope)[0], slope)


def test_rows_of_zeros_stay() -> None:
    assert torch.equal(round_rows(torch.zeros(2, 8)), torch.zeros(2, 8))
    assert torch.equal(round_weight(torch.zeros(2, 8)), torch.zeros(2, 8))


@pytest.mark.parametrize(
    "config",
    [
        structured_sudoku(32, box_rows=2, box_cols=2, H_cycles=1, L_cycles=1),
        structured_grid(3, 4, "# SGo", 32, 4, lists=["neighbours"] * 4, H_cycles=1, L_cycles=1),
    ],
)
def test_the_model_computes_what_the_engines_do(config: HRMConfig) -> None:
    model = HRM(config)
    twin = QuantisedHRM(WeightsFile(config, ModelCard(name="test"), quantise_state(model.state_dict(), config)[0]))
    tokens = torch.randint(3, (15, config.seq_len))
    ((want, _),) = run(twin, tokens, 1)

    def apart() -> float:
        """In the median of the boards: where one value is taken for another level, its whole board goes apart."""
        ((logits, _),) = run(model, tokens, 1)
        return (logits - want).abs().flatten(1).mean(1).median().item()

    before = apart()
    round_as_engines(model)
    assert apart() < before / 20

"""The exported ACT step in ONNX Runtime on the CPU, against PyTorch."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import TensorProto
from typer.testing import CliRunner

from hrm_edge.cli import app
from hrm_edge.config import HRMConfig
from hrm_edge.errors import HrmEdgeError
from hrm_edge.golden import random_state
from hrm_edge.golden_boards import SHIPPED_BOARD
from hrm_edge.hrm import HRM
from hrm_edge.onnx_export import onnx_step
from hrm_edge.onnx_graph import BATCH, MICROSOFT, Graph
from hrm_edge.onnx_linear import BLOCK, pack
from hrm_edge.quantise import quantise_state
from hrm_edge.tasks import Task
from hrm_edge.weights_file import WeightsFile, read_weights

from .conftest import CONFIGS, SHIPPED, board_of

# A whole attempt of the published model.
STEPS = 16
# The net solves it in one step.
DECIDED_BOARD = "53..7....6..195....98....6.8...6...34..8.3..17...2...6.6....28....419..5....8..79"
# Float rounding in another order.
FLOAT_TOLERANCE = 2e-4


def session(weights: WeightsFile, precision: str) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    data = onnx_step(weights, precision).SerializeToString()
    return onnxruntime.InferenceSession(data, options, ["CPUExecutionProvider"])


def puzzles(weights: WeightsFile, tokens: torch.Tensor) -> torch.Tensor | None:
    """The puzzle of every board, where the model tells them apart."""
    if not weights.config.puzzle_emb_len:
        return None
    return torch.arange(len(tokens)) % weights.config.num_puzzle_identifiers


@torch.no_grad()
def pytorch_steps(weights: WeightsFile, tokens: torch.Tensor) -> list[dict[str, torch.Tensor]]:
    """The states before the first step, and every output of each step."""
    model = HRM(weights.config).eval()
    model.load_state_dict(weights.float_state())
    carry = model.initial_carry(len(tokens))
    steps = [{"z_H": carry.z_H, "z_L": carry.z_L}]
    for _ in range(STEPS):
        carry, logits, q = model(carry, tokens, puzzles(weights, tokens))
        steps.append({"z_H": carry.z_H, "z_L": carry.z_L, "logits": logits, "q": q})
    return steps


def worst_errors(
    weights: WeightsFile,
    tokens: torch.Tensor,
    precision: str,
    *,
    free: bool,
    expected: list[dict[str, torch.Tensor]] | None = None,
) -> dict[str, float]:
    """Largest difference of every output over the steps, relative to its root mean square (or to 1).

    Args:
        free: every step goes on from the runtime's own carry; otherwise from PyTorch's, so that what untrained
            weights make of a rounding does not add up.
        expected: of ``pytorch_steps``, where they are known already.
    """
    running = session(weights, precision)
    first, *expected = expected or pytorch_steps(weights, tokens)
    dtype = np.float16 if precision == "fp16" else np.float32
    feeds = {"tokens": tokens.numpy().astype(np.int32)} | {name: z.numpy() for name, z in first.items()}
    ids = puzzles(weights, tokens)
    if ids is not None:
        feeds["puzzle"] = ids.numpy().astype(np.int32)
    worst: dict[str, float] = {}
    for wanted in expected:
        feeds["z_H"], feeds["z_L"] = (feeds[name].astype(dtype) for name in ("z_H", "z_L"))
        values = running.run(["z_H_out", "z_L_out", "logits", "q"], feeds)
        outputs = dict(zip(("z_H", "z_L", "logits", "q"), values, strict=True))
        for name, want in wanted.items():
            size = max(1.0, want.square().mean().sqrt().item())
            error = float(np.abs(outputs[name].astype(np.float32) - want.numpy()).max()) / size
            worst[name] = max(worst.get(name, 0.0), error)
        for name in first:
            feeds[name] = outputs[name] if free else wanted[name].numpy()
    return worst


# The golden configs with sizes that MatMulNBits takes.
WIDE = {
    name: HRMConfig.parse(
        json.loads(CONFIGS[name].to_json()) | {"hidden_size": 32, "num_heads": 4, "intermediate_size": 64}
    )
    for name in ("candidates-4x4", "full-rope")
}


def random_weights(config: HRMConfig) -> WeightsFile:
    tensors, _ = quantise_state(random_state(config, 7), config)
    return WeightsFile(config, read_weights(SHIPPED).card, tensors)


def boards(weights: WeightsFile, count: int = 2) -> torch.Tensor:
    return torch.randint(weights.config.vocab_size, (count, weights.config.seq_len))


@cache
def shipped(board: str) -> tuple[WeightsFile, torch.Tensor, list[dict[str, torch.Tensor]]]:
    """What ships on a board, and PyTorch's steps, which are the same for every precision."""
    weights = read_weights(SHIPPED)
    task = Task(weights.config)
    tokens = task.encode(board_of(task, board)[None])
    return weights, tokens, pytorch_steps(weights, tokens)


@pytest.mark.parametrize("name", CONFIGS)
def test_computes_the_step(name: str) -> None:
    weights = random_weights(CONFIGS[name])
    errors = worst_errors(weights, boards(weights), "fp32", free=False)
    assert max(errors.values()) < FLOAT_TOLERANCE, errors


@pytest.mark.parametrize("name", WIDE)
@pytest.mark.parametrize(("precision", "tolerance"), [("fp16", 0.05), ("int8", FLOAT_TOLERANCE)])
def test_computes_the_step_in_other_precisions(name: str, precision: str, tolerance: float) -> None:
    weights = random_weights(WIDE[name])
    errors = worst_errors(weights, boards(weights), precision, free=False)
    assert max(errors.values()) < tolerance, errors


PRECISIONS = pytest.mark.parametrize(
    ("precision", "tolerance"), [("fp32", FLOAT_TOLERANCE), ("fp16", 0.2), ("int8", FLOAT_TOLERANCE)]
)


@PRECISIONS
def test_the_shipped_model_stays_with_pytorch_for_a_whole_attempt(precision: str, tolerance: float) -> None:
    weights, tokens, expected = shipped(DECIDED_BOARD)
    errors = worst_errors(weights, tokens, precision, free=True, expected=expected)
    assert max(errors.values()) < tolerance, errors


@PRECISIONS
def test_the_shipped_model_takes_every_step_as_pytorch_does(precision: str, tolerance: float) -> None:
    # Where the net stays undecided, rounding grows by itself over the 112 cycles of an attempt (0.003 in fp32).
    weights, tokens, expected = shipped(SHIPPED_BOARD)
    errors = worst_errors(weights, tokens, precision, free=False, expected=expected)
    assert max(errors.values()) < tolerance, errors


def test_the_tolerance_tells_a_wrong_graph() -> None:
    weights = random_weights(CONFIGS["candidates-4x4"])
    other = weights.config.model_copy(update={"lists": weights.config.lists[::-1]})
    model, tokens = HRM(weights.config).eval(), boards(weights)
    model.load_state_dict(weights.float_state())
    carry = model.initial_carry(len(tokens))
    feeds = {"tokens": tokens.numpy().astype(np.int32), "z_H": carry.z_H.numpy(), "z_L": carry.z_L.numpy()}
    (logits,) = session(WeightsFile(other, weights.card, weights.tensors), "fp32").run(["logits"], feeds)
    want = model(carry, tokens)[1].detach().numpy()
    assert np.abs(logits - want).max() > 100 * FLOAT_TOLERANCE


@pytest.mark.parametrize("bits", [4, 8])
def test_packs_what_matmulnbits_reads(bits: int) -> None:
    rng = np.random.default_rng(5)
    codes = rng.integers(-128, 128, (6, 2 * BLOCK), np.int8)
    codes[2] = 0
    scale = rng.random(6).astype(np.float32)
    packed, scales = pack("m", codes, scale, bits)
    g = Graph(half=False)
    inputs = [g.input("x", TensorProto.FLOAT, [BATCH, 2 * BLOCK]), g.constant(packed), g.floats(scales)]
    y = g.node("MatMulNBits", inputs, MICROSOFT, K=2 * BLOCK, N=6, bits=bits, block_size=BLOCK)
    g.output("y", y, TensorProto.FLOAT, [BATCH, 6])
    running = onnxruntime.InferenceSession(g.finish("m", {}).SerializeToString(), providers=["CPUExecutionProvider"])
    (got,) = running.run(["y"], {"x": np.eye(2 * BLOCK, dtype=np.float32)})
    exact = (codes * scale[:, None]).T
    step = np.abs(codes.astype(int)).max() * scale / (7 if bits == 4 else 1)
    assert (np.abs(got - exact) <= (step / 2 + 1e-6 if bits == 4 else 1e-4)).all()
    assert (got[:, 2] == 0).all()


def test_names_the_matrix_that_does_not_fit() -> None:
    with pytest.raises(HrmEdgeError, match=r"qkv_proj has 24 columns") as caught:
        onnx_step(random_weights(CONFIGS["cells-lists"]), "int4")
    assert caught.value.code == "onnx"


def test_the_command_writes_every_precision(tmp_path: Path) -> None:
    sizes = {}
    for precision in ("fp32", "fp16", "int8", "int4"):
        out = tmp_path / f"{precision}.onnx"
        result = CliRunner().invoke(app, ["onnx", str(SHIPPED), str(out), "--precision", precision])
        assert result.exit_code == 0, result.output
        sizes[precision] = out.stat().st_size
        model = onnx.load(out)
        assert {prop.key for prop in model.metadata_props} == {"hrm.config", "hrm.card", "hrm.precision"}
        assert [value.name for value in model.graph.input] == ["tokens", "z_H", "z_L"]
        assert model.graph.input[0].type.tensor_type.shape.dim[0].dim_param == BATCH
    assert sizes["fp32"] > sizes["fp16"]
    assert sizes["fp32"] > sizes["int8"] > sizes["int4"]
    assert CliRunner().invoke(app, ["onnx", str(SHIPPED), str(tmp_path / "x"), "--precision", "int2"]).exit_code == 2

"""The exported ACT step in onnxruntime-web's WebGPU provider, against PyTorch.

``tests/webgpu/run-onnx.ts`` runs it in Node, on a session that refuses to leave any node to the CPU.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from hrm_edge.config import HRMConfig
from hrm_edge.golden import REPOSITORY
from hrm_edge.hrm import HRM
from hrm_edge.onnx_export import export_onnx
from hrm_edge.onnx_linear import BLOCK, Precision, pack
from hrm_edge.weights_file import WeightsFile, pack_tensors

from .test_onnx import WIDE, boards, random_weights

STEPS = 3
# Fewest layers, because the software adapter compiles and computes for seconds: every operator of its family is there.
SMALL = {"H_layers": 1, "L_layers": 1, "H_cycles": 1, "L_cycles": 1}


def small(name: str, **other: Any) -> HRMConfig:
    return HRMConfig.parse(json.loads(WIDE[name].to_json()) | SMALL | {"intermediate_size": BLOCK} | other)


# Full attention on a board of 66 tokens: the provider's fused operator was right for few alone.
GRID = {"name": "grid", "kind": "grid", "rows": 8, "cols": 8, "symbols": WIDE["full-rope"].task.symbols}
FAMILIES = {
    "candidates": small("candidates-4x4"),
    "full": small("full-rope", seq_len=64, task=GRID),
}
# Float rounding in another order, over all steps. Another matrix or index is off by 0.05 and more.
FLOAT_TOLERANCE = 1e-3
# Eleven bits of mantissa in weights and states.
HALF_TOLERANCE = 0.05
# The software adapter that comes with Debian's Chromium, unless the environment names another.
ADAPTER = {
    "LD_LIBRARY_PATH": "/usr/lib/chromium",
    "VK_ICD_FILENAMES": "/usr/lib/chromium/vk_swiftshader_icd.json",
}


def on_the_gpu(model: Path, feeds: dict[str, Tensor]) -> list[dict[str, list[float]]]:
    """Logits and halting values of every step; none where the adapter lacks half floats and the model has them."""
    inputs = model.with_suffix(".safetensors")
    inputs.write_bytes(pack_tensors(feeds))
    node, script = REPOSITORY / "node_modules" / ".bin" / "node", REPOSITORY / "tests" / "webgpu" / "run-onnx.ts"
    command = [node, script, model, inputs, str(STEPS)]
    done = subprocess.run(command, env=ADAPTER | os.environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["adapter"]
    return found["steps"]


def with_four_bits(weights: WeightsFile) -> dict[str, Tensor]:
    """The float state with the matrices that an int4 export holds."""
    state = weights.float_state()
    for key, scale in weights.tensors.items():
        if key.endswith(".weight_scale"):
            name = key.removesuffix(".weight_scale")
            codes = weights.tensors[f"{name}.weight"].numpy()
            packed, scales = pack(name, codes, scale.numpy(), 4)
            rounded = np.stack([packed & 15, packed >> 4], -1).reshape(-1, BLOCK).astype(np.float32) - 8
            state[f"{name}.weight"] = torch.from_numpy((rounded * scales[:, None]).reshape(codes.shape))
    return state


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("precision", ["fp32", "fp16", "int8", "int4"])
@torch.no_grad()
def test_runs_on_the_gpu_alone_and_computes_the_step(family: str, precision: Precision, tmp_path: Path) -> None:
    weights = random_weights(FAMILIES[family])
    tokens = boards(weights)
    model = HRM(weights.config).eval()
    model.load_state_dict(with_four_bits(weights) if precision == "int4" else weights.float_state())
    carry, ids = model.initial_carry(len(tokens)), None
    feeds = {"tokens": tokens.int(), "z_H": carry.z_H, "z_L": carry.z_L}
    if weights.config.puzzle_emb_len:
        ids = torch.arange(len(tokens)) % weights.config.num_puzzle_identifiers
        feeds["puzzle"] = ids.int()
    export_onnx(weights, tmp_path / "step.onnx", precision)
    steps = on_the_gpu(tmp_path / "step.onnx", feeds)
    assert len(steps) == STEPS or (precision == "fp16" and not steps)
    for number, got in enumerate(steps, 1):
        carry, logits, q = model(carry, tokens, ids)
        for name, want in (("logits", logits), ("q", q)):
            size = max(1.0, want.square().mean().sqrt().item())
            error = (torch.tensor(got[name]) - want.flatten()).abs().max() / size
            assert error < (HALF_TOLERANCE if precision == "fp16" else FLOAT_TOLERANCE), (number, name)

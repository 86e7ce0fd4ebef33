"""Run with TRITON_INTERPRET=1: a level of cuda_level.py against `hrm_edge.hrm.Level`, forward and backward.

Arguments: hidden size, heads, box rows, box columns. Prints the relative error of each result as JSON.
"""

from __future__ import annotations

import json
import sys
from copy import deepcopy

import torch
from torch import Tensor

from hrm_edge.families import structured_sudoku
from hrm_edge.hrm import HRM
from hrm_edge.kernels import cuda_level

TYPE = torch.float16  # the interpreter multiplies no matrices of bfloat16
BOARDS = 3  # no whole number of tiles


def results(model: HRM, z: Tensor, injected: Tensor, dz: Tensor) -> dict[str, Tensor]:
    """What the H level makes of its inputs, and all gradients."""
    inputs = [t.clone().requires_grad_() for t in (z, injected)]
    out = model.H_level(*inputs, model.geometry, None)
    out.backward(dz)
    grads = {name: weight.grad for name, weight in model.H_level.named_parameters()}
    return {"z": out.detach(), "dz": inputs[0].grad, "d_injected": inputs[1].grad} | grads


def main(hidden: int, heads: int, box_rows: int, box_cols: int) -> dict[str, float]:
    torch.manual_seed(0)
    plain = HRM(structured_sudoku(hidden, heads, box_rows=box_rows, box_cols=box_cols))
    with torch.no_grad():
        for parameter in plain.parameters():
            parameter.copy_(parameter.to(TYPE))
    fused = deepcopy(plain)
    for level in cuda_level.fuse_on_gpu(fused, TYPE):
        level.refresh()
    tensors = [torch.randn(BOARDS, plain.geometry.tokens, hidden).to(TYPE) for _ in range(3)]
    got, want = results(fused, *tensors), results(plain, *(t.float() for t in tensors))
    return {name: float((got[name].float() - want[name]).norm() / want[name].norm()) for name in want}


if __name__ == "__main__":
    # Fewer than there are tiles, so that each takes several.
    cuda_level.MLP_PROGRAMS, cuda_level.PROJECT_PROGRAMS = 3, 2
    print(json.dumps(main(*map(int, sys.argv[1:]))))

"""Run with TRITON_INTERPRET=1: one block of cuda_block.py against `hrm_edge.hrm.Block`, forward and backward.

Arguments: hidden size, heads, box rows, box columns. Prints the relative error of each result as JSON.
"""

from __future__ import annotations

import json
import sys

import torch
from torch import Tensor

from hrm_edge.families import structured_sudoku
from hrm_edge.hrm import HRM
from hrm_edge.kernels import cuda_level

TYPE = torch.float16  # the interpreter multiplies no matrices of bfloat16
BOARDS = 3  # no whole number of tiles


def error(got: Tensor, want: Tensor) -> float:
    return float((got.float() - want).norm() / want.norm())


def main(hidden: int, heads: int, box_rows: int, box_cols: int) -> dict[str, float]:
    torch.manual_seed(0)
    model = HRM(structured_sudoku(hidden, heads, box_rows=box_rows, box_cols=box_cols))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(parameter.to(TYPE))
    block, geometry = model.H_level.layers[0], model.geometry
    level = cuda_level.fuse_on_gpu(model, TYPE)[0]
    level.refresh()
    z, injected, dz = (torch.randn(BOARDS, geometry.tokens, hidden).to(TYPE) for _ in range(3))

    result, kept = level.forward(0, (z, injected))
    got = {"x": kept[0], "z": result, "dx": level.backward(0, kept, dz)}
    weights = dict(block.named_parameters())
    got |= {name: weight.grad.clone() for name, weight in weights.items()}

    x = kept[0].float().requires_grad_()
    plain = block(x, geometry, None)
    for weight in weights.values():
        weight.grad = None
    plain.backward(dz.float())
    want = {"x": z.float() + injected.float(), "z": plain.detach(), "dx": x.grad}
    want |= {name: weight.grad for name, weight in weights.items()}
    return {name: error(got[name], want[name]) for name in want}


if __name__ == "__main__":
    # Fewer than there are tiles, so that each takes several.
    cuda_level.MLP_PROGRAMS, cuda_level.PROJECT_PROGRAMS = 3, 2
    print(json.dumps(main(*map(int, sys.argv[1:]))))

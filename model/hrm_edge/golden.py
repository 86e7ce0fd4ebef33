"""Golden vectors: what every engine must reproduce to the bit (docs/numerics.md).

``hrm-model golden`` writes, for every case, ``NAME.weights.safetensors`` (a weights file; a shipped model's own file
is used where it is) and ``NAME.trace.safetensors`` (F32 and I32 tensors, no metadata), and ``manifest.json``.

Tensors of a trace, for one board with T positions (prefix first), N tokens, hidden size d:

    tokens                                  I32 [N]           input of the board
    table.LIST                              I32 [N, g]        every attention list of the model, -1 for none
    x                                       F32 [T, d]        embedded input, the same at every step
    stepS.P.cycleC.layers.I.qkv             F32 [T, 3d]       after qkv_proj, before RoPE
    stepS.P.cycleC.layers.I.attention       F32 [T, d]        before o_proj
    stepS.P.cycleC.layers.I.post_attention  F32 [T, d]        after the first norm
    stepS.P.cycleC.layers.I.mlp             F32 [T, d]        after down_proj
    stepS.P.cycleC.layers.I.out             F32 [T, d]        after the second norm; the last layer's is z_L or z_H
    stepS.z_H, stepS.z_L                    F32 [T, d]        carry after the step
    stepS.logits                            F32 [N, output_size]
    stepS.q                                 F32 [q_outputs]

S is 1, 2 or 16; P is ``L_level`` or ``H_level``; C counts the runs of that module within the step from 0.

``manifest.json`` has ``steps`` and ``cases``; a case has ``name``, ``weights`` and ``trace`` (paths from the manifest's
folder), their ``weights_sha256`` and ``trace_sha256``, ``board`` (text as the task reads it), ``puzzle`` (row of the
puzzle embedding) and ``sha256``: name -> SHA-256 over the little-endian bytes of every tensor that the trace leaves out
to stay small. Of the models that ship it holds tokens, logits and q; of the others everything.

``float.safetensors`` has what the float model (`hrm.HRM`) gives with the weights that each file stands for, for engines
that do not round activations: ``NAME.stepS.logits`` and ``NAME.stepS.q``, S 1 or 2 (further on the rounding of floats
alone may lead elsewhere). Equal up to that rounding only, on this machine as on others.

Random models take their weights from integers, so that every machine writes the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .card import ModelCard
from .config import MAZE_SYMBOLS, HRMConfig, TaskConfig, sudoku_task
from .families import structured_sudoku
from .files import write_atomic
from .golden_boards import SHIPPED_BOARD, SHIPPED_MAZE
from .hrm import HRM, RotaryEmbedding
from .layout import state_shapes
from .lists import list_table
from .quantise import quantise_state
from .quantised import QuantisedHRM
from .tasks import Task
from .weights_file import WeightsFile, pack_tensors, read_weights, write_weights

STEPS = (1, 2, 16)
FLOAT_STEPS = (1, 2)
REPOSITORY = Path(__file__).resolve().parents[2]
GOLDEN = REPOSITORY / "tests" / "golden"
WEIGHTS = REPOSITORY / "model" / "weights"


@dataclass(frozen=True)
class Case:
    """One model and one board. Without a config: the weights file of that name that ships."""

    name: str
    board: str
    config: HRMConfig | None = None
    seed: int = 0
    puzzle: int = 0


def _cells(task: TaskConfig, hidden: int, heads: int, inter: int, **more: Any) -> HRMConfig:
    vocab = len(task.symbols)
    return HRMConfig.parse(
        {
            "hidden_size": hidden,
            "num_heads": heads,
            "intermediate_size": inter,
            "vocab_size": vocab,
            "output_size": vocab,
            "token_kind": "cells",
            "seq_len": math.prod(task.seen),
            "task": task.model_dump(exclude_none=True),
        }
        | more
    )


def _grid(rows: int, cols: int, symbols: list[str]) -> TaskConfig:
    return TaskConfig(name="paths", kind="grid", rows=rows, cols=cols, symbols=symbols)


def cases() -> list[Case]:
    """Both families, every option of the config, sizes that are no multiple of a SIMD tile, and what ships."""
    lists = ["row", "row", "column", "neighbours", "neighbours", "all"]
    return [
        Case(
            "candidates-4x4",
            "1...3..2..1.....",
            structured_sudoku(16, box_rows=2, box_cols=2, H_layers=2, L_layers=1, H_cycles=1),
            seed=1,
        ),
        Case(
            "cells-lists",
            "#.ab.b#aa..#",
            _cells(_grid(3, 4, ["", *".#ab"]), 24, 6, 20, H_layers=1, attention="lists", lists=lists, list_bias=True),
            seed=2,
        ),
        # Lists, and a bias for each of their places, over the ring of walls too.
        Case(
            "maze-lists",
            "S #  ## G   ",
            _cells(
                TaskConfig(name="maze", kind="maze", rows=4, cols=3, walled=True, symbols=list(MAZE_SYMBOLS)),
                12,
                3,
                20,
                H_layers=1,
                L_layers=1,
                attention="lists",
                lists=["row", "column", "all"],
                list_bias=True,
            ),
            seed=6,
        ),
        # One cell without neighbours: a list of only -1, a row of zeros to quantise.
        Case("cells-alone", "a", _cells(_grid(1, 1, [*".a"]), 8, 2, 4, attention="lists", lists=["neighbours"] * 2), 3),
        Case(
            "full-rope",
            "1...3..2..1.....",
            _cells(
                sudoku_task(2, 2, ["", *".1234"]),
                16,
                2,
                32,
                H_layers=1,
                attention="full",
                pos_encodings="rope",
                embed_scale=4.0,
                puzzle_emb_len=2,
                num_puzzle_identifiers=3,
                q_pool="first",
                q_outputs=2,
            ),
            seed=4,
            puzzle=1,
        ),
        Case(
            "full-learned",
            "#a.b..a#b.",
            _cells(
                _grid(2, 5, ["", *".#ab"]),
                24,
                2,
                36,
                L_layers=1,
                attention="full",
                pos_encodings="learned",
                embed_scale=math.sqrt(24),
                puzzle_emb_len=1,
                num_puzzle_identifiers=2,
                q_outputs=2,
            ),
            seed=5,
        ),
        Case("sudoku", SHIPPED_BOARD),
        Case("maze", SHIPPED_MAZE),
    ]


def random_state(config: HRMConfig, seed: int) -> dict[str, Tensor]:
    """A random float state dict whose every value is an integer times a power of two, so the same on every machine.

    Variances are about those of a fresh model; nothing is left at zero but one row of the first matrix, whose scale
    is 0.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    state: dict[str, Tensor] = {}
    for name, shape in state_shapes(config).items():
        if name.startswith("rotary_emb."):
            table = RotaryEmbedding(config.head_dim, shape[0]).get_buffer(name.removeprefix("rotary_emb."))
            state[name] = table.clone()
            continue
        fan_in = shape[-1] if name.endswith("_proj.weight") or name == "lm_head.weight" else 1
        # Uniform on +-2^k has a deviation of 2^k / sqrt(3).
        exponent = round(math.log2(math.sqrt(3 / fan_in)))
        value = rng.integers(-(2**15), 2**15, shape).astype(np.float32) * np.float32(2.0 ** (exponent - 15))
        state[name] = torch.from_numpy(value)
    state["L_level.layers.0.self_attn.qkv_proj.weight"][1] = 0
    return state


def random_weights(case: Case) -> WeightsFile:
    """The weights of a random case."""
    tensors, _ = quantise_state(random_state(case.config, case.seed), case.config)
    return WeightsFile(case.config, ModelCard(name=f"golden-{case.name}", notes="random"), tensors)


def trace_case(case: Case, weights: WeightsFile) -> Iterator[tuple[str, Tensor]]:
    """Every tensor of the trace, named as above."""
    model, task = QuantisedHRM(weights), Task(weights.config)
    tokens = task.encode(torch.tensor([[*task.parse(case.board)]]))
    yield "tokens", tokens[0].int()
    for name in dict.fromkeys(weights.config.lists):
        yield f"table.{name}", list_table(name, weights.config.token_kind, weights.config.task).int()
    carry = model.initial_carry(1)
    for step in range(1, max(STEPS) + 1):
        noted: list[tuple[str, Tensor]] = []
        carry, _, _ = model(
            carry, tokens, torch.tensor([case.puzzle]), trace=lambda name, value, to=noted: to.append((name, value[0]))
        )
        if step == 1:
            yield noted[0]
        if step in STEPS:
            yield from ((f"step{step}.{name}", value) for name, value in noted[1:])


@torch.no_grad()
def float_results(case: Case, weights: WeightsFile) -> Iterator[tuple[str, Tensor]]:
    """What the float model gives, named as in ``float.safetensors``."""
    model, task = HRM(weights.config), Task(weights.config)
    model.load_state_dict(weights.float_state())
    model.eval()
    tokens = task.encode(torch.tensor([[*task.parse(case.board)]]))
    carry = model.initial_carry(1)
    for step in range(1, max(FLOAT_STEPS) + 1):
        carry, logits, q = model(carry, tokens, torch.tensor([case.puzzle]))
        if step in FLOAT_STEPS:
            yield f"{case.name}.step{step}.logits", logits[0]
            yield f"{case.name}.step{step}.q", q[0]


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def write_golden(folder: Path = GOLDEN, shipped: Path = WEIGHTS) -> list[Path]:
    """Writes all golden vectors; ``shipped`` is the folder of what ships. Returns the files, the manifest last."""
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    entries = []
    floats: dict[str, Tensor] = {}
    for case in cases():
        path = folder / f"{case.name}.weights.safetensors"
        if case.config is None:
            path = shipped / f"{case.name}.safetensors"
            weights = read_weights(path)
        else:
            weights = random_weights(case)
            write_weights(path, weights.config, weights.card, weights.tensors)
            written.append(path)
        floats |= float_results(case, weights)
        traced = dict(trace_case(case, weights))
        kept = traced if case.config else {k: v for k, v in traced.items() if k.endswith(("tokens", "logits", "q"))}
        data = pack_tensors(kept)
        trace = folder / f"{case.name}.trace.safetensors"
        write_atomic(trace, lambda to, data=data: to.write_bytes(data))
        written.append(trace)
        entries.append(
            {
                "name": case.name,
                "weights": Path(os.path.relpath(path, folder)).as_posix(),
                "weights_sha256": _sha256(path.read_bytes()),
                "trace": trace.name,
                "trace_sha256": _sha256(data),
                "board": case.board,
                "puzzle": case.puzzle,
                "sha256": {
                    name: _sha256(
                        value.contiguous().numpy().astype("<f4" if value.is_floating_point() else "<i4").tobytes()
                    )
                    for name, value in traced.items()
                    if name not in kept
                },
            }
        )
    write_atomic(folder / "float.safetensors", lambda to: to.write_bytes(pack_tensors(floats)))
    written.append(folder / "float.safetensors")
    manifest = {"generated": "by `hrm-model golden`, do not edit", "steps": list(STEPS), "cases": entries}
    write_atomic(folder / "manifest.json", lambda to: to.write_text(json.dumps(manifest, indent=1) + "\n"))
    return [*written, folder / "manifest.json"]

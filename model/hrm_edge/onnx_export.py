"""Weights file -> one ACT step as an ONNX model, for runtimes other than ours.

``src/engines/webgpu/step-graph.ts`` writes the same step from the same file when a GPU is used; opset 21, with ONNX
Runtime's fused operators, all of which its WebGPU provider has.

Inputs: ``tokens`` int32 ``[batch, N]``; ``puzzle`` int32 ``[batch]``, only where the model has a puzzle embedding;
``z_H``, ``z_L`` ``[batch, T, d]``. Outputs: ``z_H_out``, ``z_L_out`` of the same shape, ``logits``
``[batch, N, output_size]``, ``q`` ``[batch, q_outputs]``. The states are float16 for ``fp16`` and float32 otherwise;
logits and q are float32 always.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto

from .files import write_atomic
from .onnx_attention import Attend, make_attention
from .onnx_graph import BATCH, MICROSOFT, Graph
from .onnx_linear import Linear, Precision, make_linear
from .weights_file import WeightsFile


def onnx_step(weights: WeightsFile, precision: Precision = "fp32") -> onnx.ModelProto:
    """The graph of one ACT step.

    Raises:
        HrmEdgeError: code ``onnx`` for a model that MatMulNBits cannot hold (``int8``, ``int4``).
    """
    config = weights.config
    d, tokens, prefix = config.hidden_size, config.seq_len, config.puzzle_emb_len
    rows = prefix + tokens
    g = Graph(half=precision == "fp16")
    linear = make_linear(g, weights, precision, config.head_dim**-0.5)
    attend = make_attention(g, weights)
    ones = g.floats(np.ones(d))
    x = _embed(g, weights)
    z_H, z_L = (g.input(name, g.float_type, [BATCH, rows, d]) for name in ("z_H", "z_L"))

    def level(name: str, z: str, injected: str) -> str:
        z = g.node("Add", [z, injected])
        for i in range(getattr(config, f"{name[0]}_layers")):
            z = _block(g, f"{name}.layers.{i}", z, config.rms_norm_eps, ones, linear, attend)
        return z

    for _ in range(config.H_cycles):
        for _ in range(config.L_cycles):
            z_L = level("L_level", z_L, g.node("Add", [z_H, x]))
        z_H = level("H_level", z_H, z_L)

    board = _slice(g, z_H, prefix, rows) if prefix else z_H
    logits = g.node("MatMul", [board, g.floats(weights.tensors["lm_head.weight"].numpy().T)])
    if config.q_pool == "mean":
        pool = g.node("ReduceMean", [z_H, g.ints([1])], keepdims=0)
    else:
        pool = g.node("Squeeze", [_slice(g, z_H, 0, 1), g.ints([1])])
    product = g.node("MatMul", [pool, g.floats(weights.tensors["q_head.weight"].numpy().T)])
    q = g.node("Add", [product, g.floats(weights.tensors["q_head.bias"].numpy())])
    if precision == "fp16":
        logits, q = (g.node("Cast", [value], to=TensorProto.FLOAT) for value in (logits, q))
    for name, value in (("z_H_out", z_H), ("z_L_out", z_L)):
        g.output(name, value, g.float_type, [BATCH, rows, d])
    g.output("logits", logits, TensorProto.FLOAT, [BATCH, tokens, config.output_size])
    g.output("q", q, TensorProto.FLOAT, [BATCH, config.q_outputs])
    metadata = {"hrm.config": config.to_json(), "hrm.card": weights.card.to_json(), "hrm.precision": precision}
    return g.finish("hrm_act_step", metadata)


def export_onnx(weights: WeightsFile, path: Path, precision: Precision = "fp32") -> int:
    """Writes `onnx_step`. Returns the size in bytes. Raises HrmEdgeError, code ``file``, if it cannot."""
    data = onnx_step(weights, precision).SerializeToString()
    write_atomic(path, lambda to: to.write_bytes(data))
    return len(data)


def _block(g: Graph, name: str, x: str, eps: float, ones: str, linear: Linear, attend: Attend) -> str:
    def add_and_normalise(a: str, b: str) -> str:
        return g.node("SkipSimplifiedLayerNormalization", [a, b, ones], MICROSOFT, epsilon=eps)

    attention = attend(linear(x, f"{name}.self_attn.qkv_proj"), name)
    x = add_and_normalise(x, linear(attention, f"{name}.self_attn.o_proj"))
    gate, up = g.nodes("Split", [linear(x, f"{name}.mlp.gate_up_proj")], 2, axis=2, num_outputs=2)
    # QuickGelu with alpha 1 is SiLU, one pass over the data.
    silu = g.node("QuickGelu", [gate], MICROSOFT, alpha=1.0)
    return add_and_normalise(x, linear(g.node("Mul", [silu, up]), f"{name}.mlp.down_proj"))


def _embed(g: Graph, weights: WeightsFile) -> str:
    config, tensors = weights.config, weights.tensors
    d, prefix = config.hidden_size, config.puzzle_emb_len
    learned = config.pos_encodings == "learned"
    scale = config.embed_scale * (math.sqrt(0.5) if learned else 1.0)
    tokens = g.input("tokens", TensorProto.INT32, [BATCH, config.seq_len])
    x = g.node("Gather", [g.floats(scale * tensors["embed_tokens.embedding_weight"].numpy()), tokens])
    if prefix:
        puzzle = g.input("puzzle", TensorProto.INT32, [BATCH])
        rows = scale * tensors["puzzle_emb.weights"].numpy().reshape(-1, prefix, d)
        x = g.node("Concat", [g.node("Gather", [g.floats(rows), puzzle]), x], axis=1)
    if learned:
        positions = scale * tensors["embed_pos.embedding_weight"].numpy()[None]
        x = g.node("Add", [x, g.floats(positions)])
    return x


def _slice(g: Graph, x: str, start: int, stop: int) -> str:
    return g.node("Slice", [x, g.ints([start]), g.ints([stop]), g.ints([1])])

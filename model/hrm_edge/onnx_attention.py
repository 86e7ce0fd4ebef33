"""Attention of the exported graph, with the same operators as ``src/engines/webgpu``.

Heads read lists of a few tokens each. A matrix product or a Softmax of that size leaves most of a GPU's workgroup idle,
so both are written out: an Einsum has one thread an output, and sums over short rows have one thread a row. Full
attention is not ONNX Runtime's fused MultiHeadAttention: on WebGPU (onnxruntime-web 1.30, the software adapter at
least) that computes something else for boards of 51 tokens, where 18 are right.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .lists import Clique, make_list
from .onnx_graph import Graph
from .weights_file import WeightsFile

# (qkv [batch, T, 3 * d], its q multiplied by head_dim ** -0.5; block name) -> [batch, T, d]
Attend = Callable[[str, str], str]

# Added to the score of a place without a token: its exponential is 0, in float16 too.
ABSENT = -6e4


def make_attention(g: Graph, weights: WeightsFile) -> Attend:
    config = weights.config
    if config.attention == "full":
        return _full(g, weights)
    lists = [make_list(name, config.token_kind, config.task) for name in config.lists]
    cliques = [made for made in lists if isinstance(made, Clique)]
    if len(cliques) == len(lists) and len({clique.width for clique in cliques}) == 1:
        return _groups(g, weights, cliques)
    tables = [(made.table() if isinstance(made, Clique) else made).numpy() for made in lists]
    return _any_lists(g, weights, tables)


def _full(g: Graph, weights: WeightsFile) -> Attend:
    config = weights.config
    d, dim, rows = config.hidden_size, config.head_dim, config.puzzle_emb_len + config.seq_len
    sizes = g.ints([2 * d, d])
    by_head, board = g.ints([-1, rows, config.num_heads, dim]), g.ints([-1, rows, d])
    rotate = None
    if config.pos_encodings == "rope":
        cos, sin = (weights.tensors[f"rotary_emb.{name}_cached"].numpy() for name in ("cos", "sin"))
        half = dim // 2
        sign = np.where(np.arange(dim) < half, -1, 1)
        wide = [np.tile(table, 2 * config.num_heads)[None] for table in (cos, sin * sign)]
        cosines, sines = (g.floats(table) for table in wide)
        at = np.arange(2 * d)
        partner = g.ints(np.where(at % dim < half, at + half, at - half))

        def rotate(qk: str) -> str:
            turned = g.node("Mul", [g.node("Gather", [qk, partner], axis=2), sines])
            return g.node("Add", [g.node("Mul", [qk, cosines]), turned])

    def attend(qkv: str, _: str) -> str:
        qk, v = g.nodes("Split", [qkv, sizes], 2, axis=2)
        q, k = g.nodes("Split", [rotate(qk) if rotate else qk], 2, axis=2, num_outputs=2)
        scores = g.node("MatMul", [heads(q, [0, 2, 1, 3]), heads(k, [0, 2, 3, 1])])
        mixed = g.node("MatMul", [g.node("Softmax", [scores], axis=3), heads(v, [0, 2, 1, 3])])
        return g.node("Reshape", [g.node("Transpose", [mixed], perm=[0, 2, 1, 3]), board])

    def heads(tokens: str, perm: list[int]) -> str:
        return g.node("Transpose", [g.node("Reshape", [tokens, by_head])], perm=perm)

    return attend


def _mix(g: Graph, scores: str, values: str, axis: int, equation: str) -> str:
    """Softmax of the scores over their last axis, with the values it weights."""
    last = g.ints([axis])
    e = g.node("Exp", [g.node("Sub", [scores, g.node("ReduceMax", [scores, last], keepdims=1)])])
    total = g.node("ReduceSum", [e, last], keepdims=1)
    return g.node("Div", [g.node("Einsum", [e, values], equation=equation), total])


def _groups(g: Graph, weights: WeightsFile, cliques: list[Clique]) -> Attend:
    """Lists that are groups: one Gather brings those of all heads together, a second one brings their tokens back."""
    config = weights.config
    heads, dim, tokens, width = config.num_heads, config.head_dim, cliques[0].tokens, cliques[0].width
    # Tokens of every head in the order of its groups, [heads, tokens].
    orders = np.stack([np.unique(clique.table().numpy(), axis=0).reshape(-1) for clique in cliques])
    head = np.arange(heads)[:, None]
    together = g.ints(np.concatenate([((orders * 3 + part) * heads + head).reshape(-1) for part in range(3)]))
    place = np.argsort(orders, axis=1)
    back = g.ints((head * tokens + place).T.reshape(-1))
    groups = heads * tokens // width
    rows, grouped = g.ints([-1, 3 * heads * tokens, dim]), g.ints([-1, 3 * groups, width, dim])
    flat, board = g.ints([-1, heads * tokens, dim]), g.ints([-1, tokens, config.hidden_size])

    def attend(qkv: str, name: str) -> str:
        gathered = g.node("Gather", [g.node("Reshape", [qkv, rows]), together], axis=1)
        q, k, v = g.nodes("Split", [g.node("Reshape", [gathered, grouped])], 3, axis=1, num_outputs=3)
        scores = g.node("Einsum", [q, k], equation="bgqd,bgkd->bgqk")
        if config.list_bias:
            bias = weights.tensors[f"{name}.self_attn.list_bias"].numpy()[:, :width]
            bias = np.repeat(bias, tokens // width, 0)[None, :, None]
            scores = g.node("Add", [scores, g.floats(bias)])
        mixed = g.node("Reshape", [_mix(g, scores, v, 3, "bgqk,bgkd->bgqd"), flat])
        return g.node("Reshape", [g.node("Gather", [mixed, back], axis=1), board])

    return attend


def _any_lists(g: Graph, weights: WeightsFile, tables: list[np.ndarray]) -> Attend:
    """Any lists: every token gets keys and values of its own list, which takes ``width`` times the memory."""
    config = weights.config
    d, heads, dim = config.hidden_size, config.num_heads, config.head_dim
    tokens, width = len(tables[0]), max(table.shape[1] for table in tables)
    read = np.full((tokens, heads, width), -1)
    for head, table in enumerate(tables):
        read[:, head, : table.shape[1]] = table
    there = read >= 0
    head = np.arange(heads)[:, None]
    places = [g.ints(((np.maximum(read, 0) * 3 + part) * heads + head).reshape(-1)) for part in (1, 2)]
    queries = tokens * heads
    rows, listed = g.ints([-1, 3 * queries, dim]), g.ints([-1, queries, width, dim])
    flat, board = g.ints([-1, queries, dim]), g.ints([-1, tokens, d])
    first = [g.ints([0]), g.ints([d]), g.ints([2])]
    empty = ~there.any(-1)

    def attend(qkv: str, name: str) -> str:
        every = g.node("Reshape", [qkv, rows])
        q = g.node("Reshape", [g.node("Slice", [qkv, *first]), flat])
        k, v = (g.node("Reshape", [g.node("Gather", [every, at], axis=1), listed]) for at in places)
        bias = np.zeros((heads, width), np.float32)
        if config.list_bias:
            bias = weights.tensors[f"{name}.self_attn.list_bias"].numpy()[:, :width]
        mask = np.where(there, bias, ABSENT).reshape(1, queries, width)
        scores = g.node("Add", [g.node("Einsum", [q, k], equation="bnd,bnkd->bnk"), g.floats(mask)])
        mixed = _mix(g, scores, v, 2, "bnk,bnkd->bnd")
        if empty.any():
            # A list of only -1 gives zeros.
            mixed = g.node("Mul", [mixed, g.floats(~empty.reshape(1, queries, 1))])
        return g.node("Reshape", [mixed, board])

    return attend

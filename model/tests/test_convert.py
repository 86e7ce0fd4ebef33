from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from hrm_edge.checkpoint import build_model, load_checkpoint, load_dict, save_checkpoint
from hrm_edge.config import sudoku_task
from hrm_edge.convert import OFFICIAL_TASKS, convert_lab, convert_official
from hrm_edge.errors import HrmEdgeError
from hrm_edge.export import parameter_count
from hrm_edge.families import structured_sudoku
from hrm_edge.hrm import HRM, rms_norm
from hrm_edge.layout import state_shapes

# Persistent entries of the state dict of sapientinc/HRM's HierarchicalReasoningModel_ACTV1_Inner
# (models/hrm/hrm_act_v1.py), RoPE, with a puzzle embedding. Rotary tables are not saved there.
OFFICIAL_TOP = [
    "H_init",
    "L_init",
    "embed_tokens.embedding_weight",
    "lm_head.weight",
    "q_head.weight",
    "q_head.bias",
    "puzzle_emb.weights",
]
OFFICIAL_LAYER = [
    "self_attn.qkv_proj.weight",
    "self_attn.o_proj.weight",
    "mlp.gate_up_proj.weight",
    "mlp.down_proj.weight",
]


def official_state(d: int = 64, layers: int = 2, vocab: int = 11, inter: int = 256, puzzle_dim: int = 64) -> dict:
    shapes = {
        "H_init": (d,),
        "L_init": (d,),
        "embed_tokens.embedding_weight": (vocab, d),
        "lm_head.weight": (vocab, d),
        "q_head.weight": (2, d),
        "q_head.bias": (2,),
        "puzzle_emb.weights": (3, puzzle_dim),
        "self_attn.qkv_proj.weight": (3 * d, d),
        "self_attn.o_proj.weight": (d, d),
        "mlp.gate_up_proj.weight": (2 * inter, d),
        "mlp.down_proj.weight": (d, inter),
    }
    levels = [
        f"{level}.layers.{i}.{name}"
        for level in ("H_level", "L_level")
        for i in range(layers)
        for name in OFFICIAL_LAYER
    ]
    state = {}
    for name in OFFICIAL_TOP + levels:
        shape = shapes[name.split(".", 3)[-1] if ".layers." in name else name]
        state[name] = torch.randn(shape) * shape[-1] ** -0.5
    # As released: the starting states are bf16.
    return state | {"H_init": state["H_init"].bfloat16(), "L_init": state["L_init"].bfloat16()}


@pytest.mark.parametrize("prefix", ["", "inner.", "model.inner.", "_orig_mod.model.inner."])
def test_official_names_are_ours(prefix: str) -> None:
    state = official_state()
    config, converted = convert_official({prefix + k: v for k, v in state.items()}, OFFICIAL_TASKS["sudoku"])
    assert converted.keys() - state.keys() == {"rotary_emb.cos_cached", "rotary_emb.sin_cached"}
    assert state.keys() - converted.keys() == set()
    assert converted.keys() == state_shapes(config).keys()
    assert (config.hidden_size, config.num_heads, config.intermediate_size) == (64, 8, 256)
    assert (config.H_layers, config.L_layers, config.puzzle_emb_len, config.q_outputs) == (2, 2, 1, 2)
    assert config.embed_scale == math.sqrt(64)
    assert all(t.dtype == torch.float32 for t in converted.values())
    model = build_model(config, converted)
    carry, logits, q = model(model.initial_carry(2), torch.randint(1, 11, (2, 81)), torch.tensor([0, 2]))
    assert carry.z_H.shape == (2, 82, 64)
    assert logits.shape == (2, 81, 11)
    assert q.shape == (2, 2)


def test_official_size() -> None:
    # 27,275,266 parameters: hidden 512, 8 heads, 4 + 4 layers, one puzzle token.
    config = convert_official(official_state(layers=1), OFFICIAL_TASKS["sudoku"])[0]
    big = config.model_copy(
        update={
            "hidden_size": 512,
            "intermediate_size": 1536,
            "H_layers": 4,
            "L_layers": 4,
            "num_puzzle_identifiers": 1,
        }
    )
    count = sum(math.prod(s) for n, s in state_shapes(big).items() if not n.startswith(("rotary", "H_init", "L_init")))
    # The published count leaves out the puzzle embedding, a buffer there.
    assert count == 27_275_266 + 512


def reference_step(state: dict[str, Tensor], tokens: Tensor, heads: int) -> Tensor:
    """One pass of L, then H, of the official forward, written out from its source; logits of the board's tokens."""
    d = state["H_init"].shape[0]
    s = {name: t.float() for name, t in state.items()}
    x = torch.cat((s["puzzle_emb.weights"][0].view(1, 1, d), s["embed_tokens.embedding_weight"][tokens]), 1) * d**0.5
    positions = torch.arange(x.shape[1]).float()
    hd = d // heads
    frequency = torch.outer(positions, 1 / 10000.0 ** (torch.arange(0, hd, 2).float() / hd))
    cos, sin = (torch.cat((frequency, frequency), -1) for _ in range(2))
    cos, sin = cos.cos(), sin.sin()

    def rotate(t: Tensor) -> Tensor:
        half = torch.cat((-t[..., hd // 2 :], t[..., : hd // 2]), -1)
        return t * cos + half * sin

    def level(name: str, z: Tensor, injected: Tensor) -> Tensor:
        z = z + injected
        for i in range(1):
            p = f"{name}.layers.{i}."
            q, k, v = (z @ s[p + "self_attn.qkv_proj.weight"].T).view(1, -1, 3, heads, hd).permute(2, 0, 3, 1, 4)
            weights = (rotate(q) @ rotate(k).transpose(-1, -2) / hd**0.5).softmax(-1)
            out = (weights @ v).transpose(1, 2).reshape(1, -1, d)
            z = rms_norm(z + out @ s[p + "self_attn.o_proj.weight"].T, 1e-5)
            gate, up = (z @ s[p + "mlp.gate_up_proj.weight"].T).chunk(2, -1)
            z = rms_norm(z + (F.silu(gate) * up) @ s[p + "mlp.down_proj.weight"].T, 1e-5)
        return z

    z_L = level("L_level", s["L_init"], s["H_init"] + x)
    z_H = level("H_level", s["H_init"].expand_as(z_L), z_L)
    return (z_H @ s["lm_head.weight"].T)[:, 1:]


def test_official_forward() -> None:
    state = official_state(layers=1)
    config, converted = convert_official(state, OFFICIAL_TASKS["sudoku"], num_heads=4, H_cycles=1, L_cycles=1)
    tokens = torch.randint(1, 11, (1, 81))
    model = build_model(config, converted)
    logits = model(model.initial_carry(1), tokens)[1]
    torch.testing.assert_close(logits, reference_step(state, tokens, 4), atol=1e-3, rtol=1e-3)


def test_learned_positions_and_a_padded_puzzle_embedding() -> None:
    state = official_state(puzzle_dim=80)
    state["embed_pos.embedding_weight"] = torch.randn(83, 64)
    config, converted = convert_official(state, OFFICIAL_TASKS["sudoku"], puzzle_rows=2)
    assert config.pos_encodings == "learned"
    assert (config.puzzle_emb_len, config.num_puzzle_identifiers) == (2, 2)
    assert converted["puzzle_emb.weights"].shape == (2, 128)
    assert (converted["puzzle_emb.weights"][:, 80:] == 0).all()


def test_maze() -> None:
    config, _ = convert_official(official_state(vocab=6), OFFICIAL_TASKS["maze"])
    assert config.seq_len == 900
    assert config.task.symbols == ["", "#", " ", "S", "G", "o"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"optimizer": 5}, "names and tensors only"),
        ({"L_level.layers.1.mlp.down_proj.weight": None}, "no tensor L_level.layers.1.mlp.down_proj"),
        ({"L_level.layers.3.mlp.down_proj.weight": torch.zeros(64, 256)}, "some are missing"),
        ({"embed_tokens.embedding_weight": None}, "not an official HRM"),
        ({"local_ids": torch.zeros(3)}, "local_ids is not part"),
        ({f"L_level.layers.{'7' * 5000}.mlp.down_proj.weight": torch.zeros(64, 256)}, "is not part"),
        ({"H_init": torch.zeros(64, dtype=torch.complex64)}, "H_init is no dense tensor of floats: complex64"),
        ({"H_init": torch.zeros(64).to_sparse()}, "H_init is no dense tensor of floats: float32, sparse_coo"),
        ({"lm_head.weight": torch.zeros(7, 64)}, r"lm_head.weight is \[7, 64\]"),
        ({"puzzle_emb.weights": torch.zeros(64)}, r"puzzle_emb.weights is \[64\]"),
        ({"embed_tokens.embedding_weight": torch.zeros(11, 0)}, "not an official HRM"),
        ({5: torch.zeros(1)}, "names and tensors only"),
        ({"model.inner.H_init": torch.zeros(64)}, "model.inner.H_init: there is another H_init"),
        # Views of one value: copies of them would take 82 GB and 4 TB.
        (
            {"puzzle_emb.weights": torch.zeros(1).expand(40_000_000, 1)},
            r"puzzle_emb.weights is \[40000000, 1\], but not",
        ),
        (
            {"H_init": torch.zeros(1, dtype=torch.float16).expand(10**6, 10**6)},
            r"H_init is \[1000000, 1000000\], but not",
        ),
        # All of whose values are there, and whose padding would not fit.
        ({"puzzle_emb.weights": torch.zeros(65_537, 1)}, "num_puzzle_identifiers"),
        ({"puzzle_emb.weights": torch.zeros(1, 64 * 64 + 1)}, "puzzle_emb_len"),
        # As float32 it is 65536, which no weights file holds.
        ({"H_init": torch.full((64,), 65536.0, dtype=torch.bfloat16)}, "H_init has a value that is not within"),
    ],
)
def test_official_refuses(change: dict[str, object], message: str) -> None:
    state = {k: v for k, v in (official_state() | change).items() if v is not None}
    with pytest.raises(HrmEdgeError, match=message):
        convert_official(state, OFFICIAL_TASKS["sudoku"])


@pytest.mark.parametrize("heads", [0, -4, 1000, 3])
def test_official_refuses_heads_that_do_not_divide(heads: int) -> None:
    with pytest.raises(HrmEdgeError, match="num_heads") as caught:
        convert_official(official_state(), OFFICIAL_TASKS["sudoku"], num_heads=heads)
    assert caught.value.code == "config"


def test_official_refuses_another_vocabulary() -> None:
    with pytest.raises(HrmEdgeError, match="vocab_size 11 for 6 symbols"):
        convert_official(official_state(), OFFICIAL_TASKS["maze"])


# Starter checkpoints.


def lab_split(x: Tensor) -> Tensor:
    """Heads of a starter checkpoint: cell, row, column, box; ``[B, 729, 4 k, hd]`` -> ``[B, 4, k, 81, 9, hd]``."""
    batch, _, heads, hd = x.shape
    k = heads // 4
    x = x.view(batch, 9, 9, 9, 4, k, hd)
    groups = [
        x[:, :, :, :, 0].permute(0, 4, 1, 2, 3, 5).reshape(batch, k, 81, 9, hd),
        x[:, :, :, :, 1].permute(0, 4, 1, 3, 2, 5).reshape(batch, k, 81, 9, hd),
        x[:, :, :, :, 2].permute(0, 4, 2, 3, 1, 5).reshape(batch, k, 81, 9, hd),
        x[:, :, :, :, 3]
        .reshape(batch, 3, 3, 3, 3, 9, k, hd)
        .permute(0, 6, 1, 3, 5, 2, 4, 7)
        .reshape(batch, k, 81, 9, hd),
    ]
    return torch.stack(groups, 1)


def lab_checkpoint(d: int = 32, heads: int = 8) -> dict:
    ema = {"emb": torch.randn(3, d), "head.weight": torch.randn(1, d), "q.weight": torch.randn(1, d)}
    ema |= {"q.bias": torch.randn(1), "H0": torch.randn(d), "L0": torch.randn(d)}
    for level in "HL":
        for i in range(2):
            for name, shape in {"attn.qkv": (3 * d, d), "attn.o": (d, d), "gu": (192, d), "dn": (d, 96)}.items():
                ema[f"{level}l.layers.{i}.{name}.weight"] = torch.randn(shape) * shape[-1] ** -0.5
    args = {"mode": "cube", "d": d, "heads": heads, "inter": 0, "layers": 2, "H": 2, "L": 2, "steps": 16}
    return {"args": args, "model": {}, "ema": ema, "it": 5}


def test_lab_heads_stand_in_the_order_of_the_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    config, _ = convert_lab(lab_checkpoint())
    assert config.lists == ["cell", "cell", "row", "row", "column", "column", "box", "box"]
    model = HRM(config)
    x = torch.randn(2, 729, 3, 8, 4)
    q, k, v = (lab_split(t).flatten(1, 2) for t in x.unbind(2))
    calls: list[tuple[Tensor, ...]] = []
    monkeypatch.setattr("hrm_edge.hrm.group_attention", lambda *args: calls.append(args) or args[2])
    model.H_level.layers[0].self_attn._lists(x, model.geometry)
    for got, want in zip(calls[0], (q, k, v), strict=False):
        # Order of groups within a list is free; members are not.
        assert got.shape == want.shape
        assert torch.equal(got.flatten(3).sort(2).values, want.flatten(3).sort(2).values)
    assert torch.equal(calls[0][0][:, :6], q[:, :6])


def test_lab_names_and_values() -> None:
    lab = lab_checkpoint()
    config, state = convert_lab(lab)
    assert config == structured_sudoku(32, 8)
    assert parameter_count(state) == sum(t.numel() for n, t in lab["ema"].items() if n not in ("H0", "L0"))
    assert torch.equal(state["L_level.layers.1.mlp.down_proj.weight"], lab["ema"]["Ll.layers.1.dn.weight"])
    assert torch.equal(state["H_init"], lab["ema"]["H0"])


@pytest.mark.parametrize(
    "broken",
    [{}, {"args": {"mode": "cell"}, "ema": {}}, {"args": {"mode": "cube"}, "ema": {"mystery": torch.zeros(1)}}],
)
def test_lab_refuses(broken: dict) -> None:
    with pytest.raises(HrmEdgeError, match="starter"):
        convert_lab(broken)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"args": {"mode": "cube"}}, r"args\.d"),
        ({"args": lab_checkpoint()["args"] | {"H": "2"}}, r"args\.H, not '2'"),
        ({"args": lab_checkpoint()["args"] | {"heads": 0}}, "num_heads"),
        ({"args": lab_checkpoint()["args"] | {"heads": 10**11}}, "num_heads"),
        ({"args": lab_checkpoint()["args"] | {"layers": 10**11}}, "H_layers"),
        ({"ema": {"emb": torch.zeros(1, dtype=torch.float16).expand(10**6, 10**6)}}, r"emb is .* but not so many"),
        ({"ema": {5: torch.zeros(1)}}, "names and tensors only"),
        ({"ema": {"emb": 5}}, "names and tensors only"),
        ({"ema": {"emb": torch.zeros(3, device="meta")}}, "emb is no dense tensor of floats: .* on meta"),
    ],
)
def test_lab_refuses_what_is_left_out_or_of_another_kind(change: dict, message: str) -> None:
    with pytest.raises(HrmEdgeError, match=message):
        convert_lab(lab_checkpoint() | change)


# Checkpoints.


def test_checkpoint_round_trip(tmp_path: Path) -> None:
    config = structured_sudoku(16, box_rows=2, box_cols=2)
    state = HRM(config).state_dict()
    path = tmp_path / "runs" / "c.pt"
    save_checkpoint(path, config, state, step=3)
    assert load_dict(path)["step"] == 3
    got_config, got = load_checkpoint(path)
    assert got_config == config
    assert all(torch.equal(got[n], state[n]) for n in state)
    assert list(path.parent.iterdir()) == [path]


def test_averaged_weights_come_first(tmp_path: Path) -> None:
    config = structured_sudoku(16, box_rows=2, box_cols=2)
    state, ema = HRM(config).state_dict(), HRM(config).state_dict()
    save_checkpoint(tmp_path / "c.pt", config, state, ema=ema)
    assert torch.equal(load_checkpoint(tmp_path / "c.pt")[1]["lm_head.weight"], ema["lm_head.weight"])


def test_checkpoints_that_cannot_be_loaded(tmp_path: Path) -> None:
    path = tmp_path / "c.pt"
    with pytest.raises(HrmEdgeError, match="cannot be loaded"):
        load_checkpoint(path)
    for content in (b"", b"not a checkpoint", b"PK\x03\x04 broken zip"):
        path.write_bytes(content)
        with pytest.raises(HrmEdgeError, match="cannot be loaded"):
            load_checkpoint(path)
    with pytest.raises(HrmEdgeError, match=r"no checkpoint of torch\.save, or holds more than plain data$"):
        load_checkpoint(path)
    torch.save([1], path)
    with pytest.raises(HrmEdgeError, match="not a dict"):
        load_checkpoint(path)
    torch.save({"model": {}}, path)
    with pytest.raises(HrmEdgeError, match="needs config"):
        load_checkpoint(path)


def test_averaged_weights_that_are_none_are_named(tmp_path: Path) -> None:
    config = structured_sudoku(16, box_rows=2, box_cols=2)
    for ema in (torch.zeros(2), {}, 3):
        save_checkpoint(tmp_path / "c.pt", config, HRM(config).state_dict(), ema=ema)
        with pytest.raises(HrmEdgeError, match=r"needs config .* and ema|no tensor") as caught:
            load_checkpoint(tmp_path / "c.pt")
        assert caught.value.code == "checkpoint"


class _Opens:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple:
        return Path.touch, (self.path,)


def test_a_checkpoint_cannot_run_code(tmp_path: Path) -> None:
    path, mark = tmp_path / "c.pt", tmp_path / "mark"
    torch.save({"config": _Opens(mark)}, path)
    with pytest.raises(HrmEdgeError, match="cannot be loaded"):
        load_dict(path)
    assert not mark.exists()


def test_sudoku_task_of_the_official_vocabulary() -> None:
    assert OFFICIAL_TASKS["sudoku"] == sudoku_task(symbols=["", ".", "1", "2", "3", "4", "5", "6", "7", "8", "9"])

"""Round trips, and files that are not what docs/format.md says."""

from __future__ import annotations

import contextlib
import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load as library_load
from torch import Tensor

from hrm_edge import weights_file
from hrm_edge.card import ModelCard
from hrm_edge.config import HRMConfig
from hrm_edge.errors import HrmEdgeError
from hrm_edge.export import export_weights, parameter_count
from hrm_edge.golden import random_state
from hrm_edge.layout import file_tensors
from hrm_edge.quantise import quantise_state
from hrm_edge.weights_file import MAX_HEADER, pack_tensors, parse_weights, read_weights, write_weights

from .conftest import CONFIGS, SHIPPED

CARD = ModelCard(name="test", license="Apache-2.0", notes="größer")


def test_round_trip(tmp_path: Path, config: HRMConfig, state: dict[str, Tensor]) -> None:
    path = tmp_path / "deep" / "model.safetensors"
    report = export_weights(state, config, CARD, path)
    read = read_weights(path)
    assert read.config == config
    assert read.card == CARD.model_copy(update={"parameters": parameter_count(state)})
    wanted, _ = quantise_state(state, config)
    assert list(read.tensors) == list(file_tensors(config))
    assert all(torch.equal(read.tensors[name], wanted[name]) for name in wanted)
    assert report.bytes == path.stat().st_size
    assert list(path.parent.iterdir()) == [path]
    for error in report.errors:
        difference = (read.float_state()[error.name] - state[error.name]).abs().max().item()
        assert difference == error.absolute


def test_the_library_reads_the_same(tmp_path: Path, config: HRMConfig, state: dict[str, Tensor]) -> None:
    path = tmp_path / "model.safetensors"
    export_weights(state, config, CARD, path)
    ours, theirs = read_weights(path).tensors, library_load(path.read_bytes())
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_equal_input_gives_equal_bytes(tmp_path: Path) -> None:
    config = CONFIGS["full-rope"]
    for name in ("a", "b"):
        export_weights(random_state(config, 1), config, CARD, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_as_many_layers_as_a_config_may_have_fit_the_header(tmp_path: Path) -> None:
    config = CONFIGS["maze-lists"].model_copy(update={"H_layers": 24, "L_layers": 24})
    export_weights(random_state(config, 1), config, CARD, tmp_path / "w")
    assert read_weights(tmp_path / "w").config.H_layers == 24


def test_report_names_every_matrix_and_the_worst(tmp_path: Path) -> None:
    config = CONFIGS["candidates-4x4"]
    report = export_weights(random_state(config, 1), config, CARD, tmp_path / "w")
    lines = report.lines()
    assert len(lines) == 12 + 2
    assert report.worst.name in lines[-2]
    assert report.worst.relative == max(e.relative for e in report.errors)


def test_the_shipped_file_is_valid_and_its_card_complete() -> None:
    shipped = read_weights(SHIPPED)
    card = shipped.card
    assert shipped.config.task.name == "sudoku"
    assert card.parameters == parameter_count(shipped.float_state()) <= 500_000
    for key in ("license", "data", "regime", "hours", "hardware", "seed", "commit", "notes"):
        assert getattr(card, key) is not None, key


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    config = CONFIGS["candidates-4x4"]
    path = tmp_path / "model.safetensors"
    export_weights(random_state(config, 1), config, CARD, path)
    before = path.read_bytes()
    huge = CARD.model_copy(update={"notes": "x" * MAX_HEADER})
    with pytest.raises(HrmEdgeError, match="header length"):
        export_weights(random_state(config, 2), config, huge, path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


# Hostile files, built from a good one.


def good() -> tuple[dict[str, Any], bytes]:
    config = CONFIGS["candidates-4x4"]
    tensors, _ = quantise_state(random_state(config, 1), config)
    metadata = {"hrm.format": "1", "hrm.config": config.to_json(), "hrm.card": CARD.to_json()}
    data = pack_tensors(tensors, metadata)
    (length,) = struct.unpack_from("<Q", data)
    return json.loads(data[8 : 8 + length]), data[8 + length :]


def build(header: dict[str, Any] | str, body: bytes) -> bytes:
    text = (header if isinstance(header, str) else json.dumps(header)).encode()
    return struct.pack("<Q", len(text)) + text + body


def _meta(key: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda h: h["__metadata__"].update({key: value})


def _config(**change: Any) -> Callable[[dict[str, Any]], None]:
    text = json.dumps(CONFIGS["candidates-4x4"].model_dump(exclude_none=True) | change)
    return _meta("hrm.config", text)


def _without(field: str, *path: str) -> Callable[[dict[str, Any]], None]:
    config = CONFIGS["candidates-4x4"].model_dump(exclude_none=True)
    part = config
    for key in path:
        part = part[key]
    del part[field]
    return _meta("hrm.config", json.dumps(config))


def _entry(name: str, **change: Any) -> Callable[[dict[str, Any]], None]:
    return lambda h: h[name].update(change)


QKV = "H_level.layers.0.self_attn.qkv_proj.weight"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_meta("hrm.format", "2"), "hrm.format"),
        (_meta("hrm.extra", "x"), "__metadata__"),
        (lambda h: h["__metadata__"].pop("hrm.card"), "__metadata__"),
        (lambda h: h.pop("__metadata__"), "__metadata__"),
        (_meta("hrm.card", 5), "object of strings"),
        (_meta("hrm.card", "{}"), "hrm.card: name"),
        (_meta("hrm.card", '{"name":"a","other":NaN}'), "hrm.card is not JSON: NaN"),
        (_meta("hrm.card", '{"name":"a","name":"b"}'), "hrm.card has a key twice"),
        (_meta("hrm.config", "[]"), "hrm.config is not a JSON object"),
        (_meta("hrm.card", '{"name":"a","x":' + "[" * 64 + "]" * 64 + "}"), "hrm.card is nested deeper than 64"),
        (_meta("hrm.card", '{"name":"\\u001b[31m"}'), "hrm.card: name"),
        (_without("halt_max_steps"), "hrm.config needs the field halt_max_steps"),
        (_without("lists"), "hrm.config needs the field lists"),
        (_without("symbols", "task"), "hrm.config.task needs the field symbols"),
        (_config(hidden_size=10**9), "hrm.config: hidden_size"),
        (_config(seq_len=65), "seq_len 65"),
        (_config(unknown=1), "hrm.config: unknown"),
        (_config(intermediate_size=96), "the config needs"),
        (_config(L_layers=2), "no tensor L_level.layers.1"),
        (_config(H_layers=1), "is not part of this model"),
        (lambda h: h.pop("H_init"), "no tensor H_init"),
        (lambda h: h.update({"extra": dict(h["H_init"])}), "extra is not part"),
        (_entry("H_init", dtype="F16"), "H_init is not F32"),
        (_entry(QKV, dtype="U8"), "is not I8"),
        (_entry("H_init", shape=[4, 4]), "the config needs"),
        (_entry("H_init", shape=None), "the config needs"),
        (_entry("H_init", data_offsets=[0]), "data_offsets"),
        (_entry("H_init", data_offsets=[True, 64]), "data_offsets"),
        (_entry("H_init", data_offsets=[-64, 0]), "data_offsets"),
        (_entry("H_init", data_offsets=[0, 10**18]), "needs 64 bytes"),
        (_entry("H_init", data_offsets=[0, 64]), "overlaps"),
        (_entry("H_init", data_offsets=[10**15, 10**15 + 64]), "overlaps the tensor before it, or leaves a hole"),
        (lambda h: h.update({"H_init": 5}), "H_init is not an object of"),
        (_entry("H_init", order="C"), "H_init is not an object of"),
    ],
)
def test_refuses(change: Callable[[dict[str, Any]], None], message: str) -> None:
    header, body = good()
    change(header)
    with pytest.raises(HrmEdgeError, match=message) as caught:
        parse_weights(build(header, body))
    assert caught.value.code == "weights"


@pytest.mark.parametrize("tail", [b"\0", b"\0" * 64])
def test_refuses_trailing_bytes(tail: bytes) -> None:
    header, body = good()
    with pytest.raises(HrmEdgeError, match="tensors end at byte"):
        parse_weights(build(header, body + tail))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("H_init", float("nan")),
        ("H_init", float("inf")),
        ("H_init", -70000.0),
        (f"{QKV}_scale", float("nan")),
        (f"{QKV}_scale", -1e-30),
        (f"{QKV}_scale", 1e30),
    ],
)
def test_refuses_values(name: str, value: float) -> None:
    header, body = good()
    begin = header[name]["data_offsets"][0]
    with pytest.raises(HrmEdgeError, match=f"{name} has a value"):
        parse_weights(build(header, body[:begin] + struct.pack("<f", value) + body[begin + 4 :]))


def test_refuses_rotary_tables_beyond_one(tmp_path: Path) -> None:
    config = CONFIGS["full-rope"]
    state = random_state(config, 1)
    state["rotary_emb.sin_cached"][0, 0] = 1.5
    with pytest.raises(HrmEdgeError, match=r"rotary_emb.sin_cached has a value that is not within \+-1"):
        export_weights(state, config, CARD, tmp_path / "w")


@pytest.mark.parametrize(
    "text",
    ["", "{", "[1]", "null", '"x"', "[" * 60000, '{"a":1,"a":1}', '{"__metadata__":[]}', "\ufeff{}"],
)
def test_refuses_headers(text: str) -> None:
    with pytest.raises(HrmEdgeError):
        parse_weights(build(text, good()[1]))


def test_refuses_a_header_that_is_not_utf8() -> None:
    with pytest.raises(HrmEdgeError, match="UTF-8"):
        parse_weights(struct.pack("<Q", 2) + b"\xff\xfe")


@pytest.mark.parametrize("length", [0, MAX_HEADER + 1, 2**63, 2**64 - 1])
def test_refuses_header_lengths(length: int) -> None:
    with pytest.raises(HrmEdgeError, match="header length"):
        parse_weights(struct.pack("<Q", length) + b"{}")


@given(st.data())
def test_refuses_every_truncation(data: st.DataObject) -> None:
    whole = build(*good())
    cut = data.draw(st.one_of(st.integers(0, 64), st.integers(0, len(whole) - 1)))
    with pytest.raises(HrmEdgeError) as caught:
        parse_weights(whole[:cut])
    assert caught.value.code == "weights"


@given(st.data())
def test_a_flipped_header_byte_is_refused_or_harmless(data: st.DataObject) -> None:
    whole = bytearray(build(*good()))
    (length,) = struct.unpack_from("<Q", whole)
    at = data.draw(st.integers(0, 8 + length - 1))
    whole[at] ^= 1 << data.draw(st.integers(0, 7))
    with contextlib.suppress(HrmEdgeError):
        read = parse_weights(bytes(whole))
        assert read.tensors.keys() == file_tensors(read.config).keys()


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(HrmEdgeError, match="nowhere"):
        read_weights(tmp_path / "nowhere")
    bad = tmp_path / "bad"
    bad.write_bytes(b"1234")
    with pytest.raises(HrmEdgeError, match=r"bad: a file of 4 bytes"):
        read_weights(bad)


def test_a_file_over_the_limit_is_neither_read_whole_nor_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, path = CONFIGS["candidates-4x4"], tmp_path / "w"
    size = export_weights(random_state(config, 1), config, CARD, path).bytes
    monkeypatch.setattr(weights_file, "MAX_FILE", size)
    assert read_weights(path).config == config
    monkeypatch.setattr(weights_file, "MAX_FILE", size - 1)
    with pytest.raises(HrmEdgeError, match=f"w: over {size - 1} bytes") as caught:
        read_weights(path)
    assert caught.value.code == "weights"
    with pytest.raises(HrmEdgeError, match=f"^{size} bytes, and a weights file has at most {size - 1}$"):
        export_weights(random_state(config, 1), config, CARD, tmp_path / "other")
    assert list(tmp_path.iterdir()) == [path]
    if Path("/dev/zero").exists():
        with pytest.raises(HrmEdgeError, match="/dev/zero: over"):
            read_weights(Path("/dev/zero"))


def test_write_refuses_tensors_of_another_config(tmp_path: Path) -> None:
    config = CONFIGS["candidates-4x4"]
    tensors, _ = quantise_state(random_state(config, 1), config)
    with pytest.raises(HrmEdgeError, match="no tensor"):
        write_weights(tmp_path / "w", CONFIGS["full-rope"], CARD, tensors)

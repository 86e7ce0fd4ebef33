"""The JSON of a weights file: both readers take and refuse the same (src/weights/weights-json.test.ts)."""

from __future__ import annotations

import json
import struct
from typing import Any

import pytest

from hrm_edge.errors import HrmEdgeError
from hrm_edge.golden import GOLDEN
from hrm_edge.weights_file import parse_weights

CASES = json.loads((GOLDEN.parent / "helpers" / "weights-json.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_takes_and_refuses_what_typescript_does(case: dict[str, Any]) -> None:
    data = (GOLDEN / f"{case['file']}.weights.safetensors").read_bytes()
    (length,) = struct.unpack_from("<Q", data)
    text = data[8 : 8 + length].decode()
    header = json.loads(text)
    part = text if case["in"] == "header" else header["__metadata__"][case["in"]]
    assert case["find"] in part
    changed = part.replace(case["find"], case["put"], 1)
    if case["in"] != "header":
        header["__metadata__"][case["in"]] = changed
        changed = json.dumps(header)
    spoilt = struct.pack("<Q", len(changed.encode())) + changed.encode() + data[8 + length :]
    if case["refused"]:
        with pytest.raises(HrmEdgeError) as caught:
            parse_weights(spoilt)
        assert caught.value.code == "weights"
    else:
        parse_weights(spoilt)
